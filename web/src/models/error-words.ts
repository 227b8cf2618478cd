import { MatrixError } from '../matrix/door.ts';
import type { WordKey } from '../words/catalogue.ts';
import type { Say } from './say.ts';

const byCode: Readonly<Record<string, WordKey>> = {
  M_FORBIDDEN: 'notAllowed',
  M_LIMIT_EXCEEDED: 'tooManyTries',
  M_TOO_LARGE: 'tooLarge',
  M_USER_IN_USE: 'usernameTaken',
  M_INVALID_USERNAME: 'usernameInvalid',
  M_NOT_FOUND: 'noSuchPerson',
  M_WEAK_PASSWORD: 'passwordShort',
};

/** What went wrong and what to do then, in a sentence. Silent (undefined) when the user gave up or nothing is to say. */
export function errorWords(thrown: unknown, say: Say): string | undefined {
  if (!(thrown instanceof MatrixError)) return say('didNotWork');
  switch (thrown.kind) {
    case 'cancelled':
    case 'denied':
      return undefined;
    case 'network':
      return say('noConnectionTry');
    case 'storage':
      return say('storageTrouble');
    case 'encryption':
      return say('encryptionTrouble');
    case 'protocol':
      return say('serverTrouble');
    case 'server': {
      const key = thrown.errcode === undefined ? undefined : byCode[thrown.errcode];
      if (key) return say(key);
      return (thrown.status ?? 500) >= 500 ? say('serverTrouble') : say('serverRefused');
    }
  }
}
