import type { ServerFacts } from '../door.ts';
import { asMatrixError, MatrixError } from '../errors.ts';
import { HttpClient, isObject } from '../http.ts';
import type { HttpParts, JsonBody } from '../http.ts';

/** Finds out what stands behind an address: `.well-known`, then versions, then the ways in. */
export async function discoverServer(
  address: string,
  pageOrigin: string,
  parts: HttpParts,
): Promise<ServerFacts> {
  const asked = originOf(address, pageOrigin);
  const known = await wellKnown(asked, parts);
  const home = isObject(known['m.homeserver']) ? known['m.homeserver']['base_url'] : undefined;
  const url = typeof home === 'string' ? originOf(home, pageOrigin) : asked;
  const http = new HttpClient(url, parts);
  const versions = await http.request('GET', '/_matrix/client/versions', { signedIn: false });
  if (!Array.isArray(versions['versions'])) throw new MatrixError('protocol', 'This is not a Matrix server.');
  const [passwordSignIn, registration] = await Promise.all([passwordAllowed(http), registrationState(http)]);
  const transports = known['org.matrix.msc4143.rtc_foci'];
  return {
    name: address.trim() === '' ? new URL(url).host : address.trim(),
    url,
    passwordSignIn,
    registration,
    meetings: Array.isArray(transports) && transports.length > 0,
  };
}

/** The origin that an address means. Plain names are reached by https, except this very machine. */
export function originOf(address: string, pageOrigin: string): string {
  const typed = address.trim().replace(/\/+$/, '');
  if (typed === '') return pageOrigin;
  const local = /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])(:\d+)?$/i.test(typed);
  const whole = /^https?:\/\//i.test(typed) ? typed : `${local ? 'http' : 'https'}://${typed}`;
  try {
    const { origin, host } = new URL(whole);
    return host === new URL(pageOrigin).host ? pageOrigin : origin;
  } catch (cause) {
    throw new MatrixError('protocol', 'This is not the address of a server.', { cause });
  }
}

async function wellKnown(origin: string, parts: HttpParts): Promise<JsonBody> {
  const http = new HttpClient(origin, parts);
  try {
    return await http.request('GET', '/.well-known/matrix/client', {
      signedIn: false,
      retries: 0,
      timeout: 10_000,
    });
  } catch (thrown) {
    // Without the document (or with a broken one) the name itself is the server.
    if (asMatrixError(thrown, 'network').kind === 'cancelled') throw thrown;
    return {};
  }
}

async function passwordAllowed(http: HttpClient): Promise<boolean> {
  const { flows } = await http.request('GET', '/_matrix/client/v3/login', { signedIn: false });
  return Array.isArray(flows) && flows.some((flow) => isObject(flow) && flow['type'] === 'm.login.password');
}

async function registrationState(http: HttpClient): Promise<ServerFacts['registration']> {
  try {
    await http.request('POST', '/_matrix/client/v3/register', { body: {}, signedIn: false });
    return 'open';
  } catch (thrown) {
    const error = asMatrixError(thrown, 'protocol');
    if (error.kind !== 'server') throw error;
    if (error.status !== 401) return 'closed';
    const ways = stagesOf(error.body);
    if (ways.some((stages) => stages.every((stage) => openStages.has(stage)))) return 'open';
    return ways.some((stages) => stages.includes('m.login.registration_token')) ? 'token' : 'closed';
  }
}

const openStages = new Set(['m.login.dummy', 'm.login.terms']);

/** The ways of an answer that asks for User-Interactive Authentication: each a list of stages. */
export function stagesOf(body: JsonBody): string[][] {
  const flows = body['flows'];
  if (!Array.isArray(flows)) return [];
  return flows.map((flow) => {
    const stages = isObject(flow) ? flow['stages'] : undefined;
    return Array.isArray(stages) ? stages.filter((stage) => typeof stage === 'string') : [];
  });
}
