import type { Proofs } from '../../accounts/proofs.ts';
import { openEndpoint, userEndpoint } from '../../http/endpoint.ts';
import type { Endpoint } from '../../http/endpoint.ts';
import { missingParam, unknownToken } from '../../http/errors.ts';
import { mustBeSelf } from '../../http/router.ts';
import type { HomeserverOptions } from '../../parts.ts';

/** Tokens by which a service learns who somebody is (Client-Server API and Server-Server API, "OpenID"). */
export function openIdEndpoints(options: HomeserverOptions, proofs: Proofs): Endpoint[] {
  return [
    userEndpoint({
      method: 'POST',
      paths: ['/_matrix/client/v3/user/:userId/openid/request_token'],
      rate: 'keys',
      async handle(call) {
        mustBeSelf(call, call.params['userId'] ?? '');
        const { token, lifetimeMs } = await proofs.issue(call.requester.userId, 'openid');
        return {
          access_token: token,
          token_type: 'Bearer',
          matrix_server_name: options.serverName,
          expires_in: Math.floor(lifetimeMs / 1000),
        };
      },
    }),
    openEndpoint({
      method: 'GET',
      paths: ['/_matrix/federation/v1/openid/userinfo'],
      async handle({ query }) {
        const token = query.get('access_token');
        if (token === null) throw missingParam("'access_token' is missing");
        const userId = await proofs.check(token, 'openid');
        if (userId === undefined) throw unknownToken('This token is unknown or has expired');
        return { sub: userId };
      },
    }),
  ];
}
