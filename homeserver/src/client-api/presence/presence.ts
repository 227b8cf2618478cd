import { isUserId } from '@majlis/protocol';
import type { Storage } from '@majlis/storage';
import { userEndpoint } from '../../http/endpoint.ts';
import type { Endpoint } from '../../http/endpoint.ts';
import { invalidParam, missingParam, notFound } from '../../http/errors.ts';
import { optionalString } from '../../http/fields.ts';
import { mustBeSelf } from '../../http/router.ts';

const path = '/_matrix/client/v3/presence/:userId/status';
const states = ['online', 'offline', 'unavailable'];

/** Presence (Client-Server API, "Presence") is off: what clients say is taken and forgotten, everybody is offline. */
export function presenceEndpoints(storage: Storage): Endpoint[] {
  return [
    userEndpoint({
      method: 'PUT',
      paths: [path],
      guests: true,
      handle(call) {
        mustBeSelf(call, call.params['userId'] ?? '');
        const presence = optionalString(call.body, 'presence', 32);
        if (presence === undefined) throw missingParam("'presence' is missing");
        if (!states.includes(presence)) throw invalidParam(`'presence' must be one of ${states.join(', ')}`);
        optionalString(call.body, 'status_msg', 1_024);
        return {};
      },
    }),
    userEndpoint({
      method: 'GET',
      paths: [path],
      guests: true,
      async handle({ params }) {
        const userId = params['userId'] ?? '';
        if (!isUserId(userId) || (await storage.accounts.account(userId)) === undefined)
          throw notFound('There is no such user here');
        return { presence: 'offline' };
      },
    }),
  ];
}
