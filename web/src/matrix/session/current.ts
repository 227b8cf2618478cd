import { signal } from '@preact/signals-core';
import { MatrixError } from '../errors.ts';
import type { Session } from './session.ts';

/** The session that is signed in now, for the parts of the door that outlive it. */
export class CurrentSession {
  readonly signal = signal<Session | undefined>(undefined);

  need(): Session {
    const session = this.signal.value;
    if (session === undefined) throw new MatrixError('cancelled', 'Nobody is signed in.');
    return session;
  }
}
