import { openEndpoint, userEndpoint } from '../../http/endpoint.ts';
import type { Endpoint } from '../../http/endpoint.ts';
import { MatrixError } from '../../http/errors.ts';

const base = '/_matrix/client/v3';

const refuse = (): never => {
  throw new MatrixError(403, 'M_THREEPID_DENIED', 'This server keeps no e-mail addresses or phone numbers');
};

/** E-mail addresses and phone numbers (Client-Server API, "Adding Account Administrative Contact Information"): none here. */
export function thirdPartyIdEndpoints(): Endpoint[] {
  const unbound = () => ({ id_server_unbind_result: 'no-support' });
  return [
    userEndpoint({
      method: 'GET',
      paths: [`${base}/account/3pid`],
      handle: () => ({ threepids: [] }),
    }),
    ...['account/3pid', 'account/3pid/add', 'account/3pid/bind'].map((path) =>
      userEndpoint({ method: 'POST', paths: [`${base}/${path}`], handle: refuse }),
    ),
    // What is not there is deleted already.
    ...['account/3pid/delete', 'account/3pid/unbind'].map((path) =>
      userEndpoint({ method: 'POST', paths: [`${base}/${path}`], handle: unbound }),
    ),
    ...['account/3pid', 'account/password', 'register'].flatMap((path) =>
      ['email', 'msisdn'].map((medium) =>
        openEndpoint({ method: 'POST', paths: [`${base}/${path}/${medium}/requestToken`], handle: refuse }),
      ),
    ),
  ];
}
