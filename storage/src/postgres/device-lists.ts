import type { Queryable } from './database.ts';

/** Notes, inside the transaction that changed them, that the keys or devices of this user changed. */
export async function noteDeviceListChange(
  transaction: Queryable,
  position: number,
  userNid: number,
): Promise<void> {
  await transaction.query(
    `insert into device_list_changes (position, user_nid) values ($1, $2)
     on conflict (user_nid) do update set position = excluded.position`,
    [position, userNid],
  );
}
