import type { JsonBody } from '../http.ts';
import type { MatrixError } from '../errors.ts';
import { relationOf } from '../timeline/content.ts';
import type { EncryptedFile } from '../timeline/items.ts';
import type { RawEvent } from '../timeline/log.ts';

/** A file that goes with a message: kept whole until the server has it, so that a restart loses nothing. */
export interface OutgoingAttachment {
  readonly blob: Blob;
  readonly thumbnail?: Blob;
  /** Where the parts ended up, once uploaded: a retry does not upload twice. */
  readonly uploaded?: UploadedPart;
  readonly uploadedThumbnail?: UploadedPart;
}

export interface UploadedPart {
  readonly mxc: string;
  /** Present when it was encrypted. */
  readonly file?: EncryptedFile;
}

/**
 * Something written here that the server may not have yet. The transaction id is made once and used for every try, so that the
 * server answers the same event however often it is asked. `sent` records wait for their echo in the timeline.
 */
export interface OutgoingRecord {
  /** Place in the queue, and key in the store. */
  readonly order: number;
  readonly txnId: string;
  readonly roomId: string;
  /** When it was written, milliseconds. */
  readonly time: number;
  readonly type: string;
  readonly content: JsonBody;
  /** Event id to take back, of `m.room.redaction`. */
  readonly redacts?: string;
  readonly attachment?: OutgoingAttachment;
  readonly state: 'waiting' | 'failed' | 'sent';
  readonly eventId?: string;
  readonly failure?: { readonly message: string; readonly errcode?: string; readonly status?: number };
}

/** Address under which the file of a queued message can be had on this device: `media.cached` knows it. */
export const outgoingAddress = 'mxc://outgoing/';

/** The content as the timeline shows it before the file has an address of its own. */
export function shownContent(record: OutgoingRecord): JsonBody {
  if (record.attachment === undefined) return record.content;
  const url = outgoingAddress + record.txnId;
  const info = record.content['info'] as JsonBody;
  const thumbnail = record.attachment.thumbnail === undefined ? {} : { thumbnail_url: `${url}/thumbnail` };
  return { ...record.content, url, info: { ...info, ...thumbnail } };
}

/** The records that may be sent now: in each room the first waiting one. Failed ones do not hold up what follows. */
export function readyToSend(records: readonly OutgoingRecord[]): OutgoingRecord[] {
  const first = new Map<string, OutgoingRecord>();
  for (const record of records) {
    if (record.state !== 'waiting') continue;
    const known = first.get(record.roomId);
    if (known === undefined || record.order < known.order) first.set(record.roomId, record);
  }
  return [...first.values()].sort((a, b) => a.order - b.order);
}

export type SendOutcome =
  | { readonly is: 'sent'; readonly eventId: string }
  /** No answer or the server's fault: the same try again later. */
  | { readonly is: 'later'; readonly after: number | undefined }
  | { readonly is: 'refused'; readonly error: MatrixError };

/**
 * What a thrown error means for a queued message. A refusal that a retry cannot cure marks it as failed; that a session has ended or is
 * locked says nothing of the message.
 */
export function outcomeOf(error: MatrixError): SendOutcome {
  const later =
    error.temporary || error.kind === 'cancelled' || error.kind === 'storage' || error.status === 401;
  return later ? { is: 'later', after: error.retryAfter } : { is: 'refused', error };
}

export function afterOutcome(record: OutgoingRecord, outcome: SendOutcome): OutgoingRecord {
  switch (outcome.is) {
    case 'sent': {
      const { failure: _failure, ...rest } = record;
      return { ...rest, state: 'sent', eventId: outcome.eventId };
    }
    case 'later':
      return record;
    case 'refused': {
      const { message, errcode, status } = outcome.error;
      const failure = {
        message,
        ...(errcode === undefined ? {} : { errcode }),
        ...(status === undefined ? {} : { status }),
      };
      return { ...record, state: 'failed', failure };
    }
  }
}

/** Whether it changes what others see of another event, and has no place of its own where a failure could be shown. */
export function isAddition(record: OutgoingRecord): boolean {
  const relation = relationOf(record.content)?.type;
  return record.redacts !== undefined || relation === 'm.replace' || relation === 'm.annotation';
}

/** Which records the timeline has answered: by transaction id, or by event id when the server does not tell it. */
export function settledBy(records: readonly OutgoingRecord[], events: readonly RawEvent[]): OutgoingRecord[] {
  const ids = new Set<unknown>();
  for (const event of events) {
    ids.add(event.event_id);
    const txnId = event.unsigned?.['transaction_id'];
    if (typeof txnId === 'string') ids.add(txnId);
  }
  return records.filter(
    (record) => ids.has(record.txnId) || (record.eventId !== undefined && ids.has(record.eventId)),
  );
}
