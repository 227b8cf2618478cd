import { isUserId, own } from '@majlis/protocol';
import type { Profiles } from '../../accounts/profiles.ts';
import { openEndpoint, userEndpoint } from '../../http/endpoint.ts';
import type { Endpoint, UserCall } from '../../http/endpoint.ts';
import { forbidden, missingParam, notFound } from '../../http/errors.ts';

const path = '/_matrix/client/v3/profile/:userId';

/** Profiles (Client-Server API 1.16, "Profiles"). */
export function profileEndpoints(profiles: Profiles): Endpoint[] {
  const read = (userId: string): ReturnType<Profiles['of']> => {
    if (!isUserId(userId)) throw notFound('There is no such user here');
    return profiles.of(userId);
  };
  const owned = ({ params, requester }: UserCall): string => {
    const { userId = '' } = params;
    if (userId !== requester.userId) throw forbidden('This is the profile of another user');
    return userId;
  };
  return [
    openEndpoint({
      method: 'GET',
      paths: [path],
      handle: ({ params }) => read(params['userId'] ?? ''),
    }),
    openEndpoint({
      method: 'GET',
      paths: [`${path}/:keyName`],
      async handle({ params }) {
        const key = params['keyName'] ?? '';
        const profile = await read(params['userId'] ?? '');
        if (!Object.hasOwn(profile, key)) throw notFound('The profile has no such field');
        return { [key]: profile[key] };
      },
    }),
    userEndpoint({
      method: 'PUT',
      paths: [`${path}/:keyName`],
      writes: true,
      bodyLimit: 131_072,
      async handle(call) {
        const key = call.params['keyName'] ?? '';
        const value = own(call.body, key);
        if (value === undefined) throw missingParam(`'${key}' is missing`);
        await profiles.set(owned(call), key, value);
        return {};
      },
    }),
    userEndpoint({
      method: 'DELETE',
      paths: [`${path}/:keyName`],
      writes: true,
      async handle(call) {
        await profiles.set(owned(call), call.params['keyName'] ?? '', undefined);
        return {};
      },
    }),
  ];
}
