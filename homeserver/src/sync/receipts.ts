import type { ReceiptRow } from '@majlis/storage';

/** The content of an `m.receipt` event: event id → receipt type → user → receipt. Private receipts only for their owner. */
export function receiptContent(
  rows: readonly ReceiptRow[],
  viewer: string,
): Record<string, unknown> | undefined {
  const content: Record<string, Record<string, Record<string, unknown>>> = {};
  let any = false;
  for (const row of rows) {
    if (row.receiptType === 'm.read.private' && row.userId !== viewer) continue;
    any = true;
    const byType = (content[row.eventId] ??= {});
    const byUser = (byType[row.receiptType] ??= {});
    const known = byUser[row.userId];
    // One user can have an unthreaded and a threaded receipt on the same event; the threaded one says more.
    if (known !== undefined && row.threadId === '') continue;
    byUser[row.userId] = { ts: row.ts, ...(row.threadId !== '' && { thread_id: row.threadId }) };
  }
  return any ? content : undefined;
}

export function byRoom<Row extends { readonly roomNid: number }>(rows: readonly Row[]): Map<number, Row[]> {
  const map = new Map<number, Row[]>();
  for (const row of rows) {
    const list = map.get(row.roomNid);
    if (list === undefined) map.set(row.roomNid, [row]);
    else list.push(row);
  }
  return map;
}
