export * from './contracts/writer.ts';
export * from './contracts/rooms.ts';
export * from './contracts/accounts.ts';
export * from './contracts/storage.ts';
export * from './contracts/encryption.ts';
export * from './contracts/device-lists.ts';
export * from './contracts/delayed-events.ts';
export * from './contracts/key-backup.ts';
