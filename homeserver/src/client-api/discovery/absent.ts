import { openEndpoint, userEndpoint } from '../../http/endpoint.ts';
import type { Endpoint } from '../../http/endpoint.ts';
import { notFound } from '../../http/errors.ts';

const thirdParty = '/_matrix/client/v3/thirdparty';

/** Things that clients ask after and that are not here: bridges to other networks, TURN servers, a policy server. */
export function absentEndpoints(): Endpoint[] {
  const missing = (reason: string) => (): never => {
    throw notFound(reason);
  };
  const noBridge = missing('There are no bridges to other networks here');
  return [
    userEndpoint({ method: 'GET', paths: [`${thirdParty}/protocols`], guests: true, handle: () => ({}) }),
    ...['protocol/:protocol', 'location/:protocol', 'user/:protocol', 'location', 'user'].map((path) =>
      userEndpoint({ method: 'GET', paths: [`${thirdParty}/${path}`], guests: true, handle: noBridge }),
    ),
    // Calls run over LiveKit, which brings its own TURN server.
    userEndpoint({
      method: 'GET',
      paths: ['/_matrix/client/v3/voip/turnServer'],
      handle: missing('There is no TURN server for calls between two devices here'),
    }),
    openEndpoint({
      method: 'GET',
      paths: ['/.well-known/matrix/policy_server'],
      handle: missing('This server is no policy server'),
    }),
  ];
}
