/**
 * How much of each kind one account may keep: far more than people and their clients need, but not without end. What is looked at
 * before it is written (pushers, aliases, delayed events, profiles, push rules) has its limit where that is done.
 */
export const quotas = {
  accountDataTypes: 1_000,
  accountDataTypesPerRoom: 100,
  filters: 1_000,
  devices: 1_000,
  oneTimeKeysPerDevice: 5_000,
  fallbackKeysPerDevice: 20,
  keyBackups: 50,
  sessionsPerKeyBackup: 500_000,
  /** The oldest of an inbox that nobody empties are deleted; a sender is not refused because of one device of many. */
  toDeviceMessagesPerDevice: 100_000,
} as const;

/** An account keeps as much of this as one may. Nothing of the call was kept. */
export class QuotaReached extends Error {
  override readonly name = 'QuotaReached';
}
