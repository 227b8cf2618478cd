export { createHomeserver, type Homeserver } from './server.ts';
export type {
  Clock,
  HomeserverOptions,
  HomeserverParts,
  Log,
  MediaBlobs,
  Random,
  Scheduler,
} from './parts.ts';
export { hashPassword } from './accounts/passwords.ts';
