import type { Storage } from '@majlis/storage';
import { userEndpoint } from '../../http/endpoint.ts';
import type { Endpoint } from '../../http/endpoint.ts';
import { optionalInteger, requiredString } from '../../http/fields.ts';

const results_max = 50;
const results_default = 10;

/** POST /user_directory/search (Client-Server API, "User directory"): all open accounts of this server. */
export function userDirectory(storage: Storage): Endpoint {
  return userEndpoint({
    method: 'POST',
    paths: ['/_matrix/client/v3/user_directory/search'],
    rate: 'search',
    async handle({ body, requester }) {
      const words = requiredString(body, 'search_term', 255).trim();
      const asked = optionalInteger(body, 'limit', { min: 0, max: Number.MAX_SAFE_INTEGER });
      const limit = Math.min(asked ?? results_default, results_max);
      if (words === '' || limit === 0) return { limited: false, results: [] };
      // One more for the requester, who is left out, and one to see whether there are more.
      const found = await storage.accounts.searchDirectory(words, limit + 2);
      const others = found.filter((account) => account.userId !== requester.userId);
      return {
        limited: others.length > limit,
        results: others.slice(0, limit).map(({ userId, profile }) => ({
          user_id: userId,
          ...(typeof profile['displayname'] === 'string' && { display_name: profile['displayname'] }),
          ...(typeof profile['avatar_url'] === 'string' && { avatar_url: profile['avatar_url'] }),
        })),
      };
    },
  });
}
