/** Every address of the app, both ways: as a value that screens choose by, and as the path in the address bar. */
export type Route =
  | { readonly at: 'chats' }
  | { readonly at: 'room'; readonly roomId: string }
  | { readonly at: 'details'; readonly roomId: string }
  | { readonly at: 'members'; readonly roomId: string }
  | { readonly at: 'files'; readonly roomId: string }
  | { readonly at: 'new' }
  | { readonly at: 'newGroup' }
  | { readonly at: 'meetings' }
  /** The meeting of a room. */
  | { readonly at: 'meeting'; readonly roomId: string }
  /** A meeting by its link, for anyone who has it. The media key stays in the fragment, which no server sees. */
  | { readonly at: 'link'; readonly token: string }
  | { readonly at: 'you' }
  | { readonly at: 'profile' }
  | { readonly at: 'appearance' }
  | { readonly at: 'data' }
  | { readonly at: 'devices' }
  | { readonly at: 'ignored' }
  | { readonly at: 'recovery' }
  | { readonly at: 'password' }
  | { readonly at: 'signIn' }
  | { readonly at: 'gallery' }
  | { readonly at: 'nowhere' };

const fixed: Readonly<Record<string, Route>> = {
  '/': { at: 'chats' },
  '/chats': { at: 'chats' },
  '/new': { at: 'new' },
  '/new/group': { at: 'newGroup' },
  '/meetings': { at: 'meetings' },
  '/you': { at: 'you' },
  '/you/profile': { at: 'profile' },
  '/you/appearance': { at: 'appearance' },
  '/you/data': { at: 'data' },
  '/you/devices': { at: 'devices' },
  '/you/ignored': { at: 'ignored' },
  '/you/recovery': { at: 'recovery' },
  '/you/password': { at: 'password' },
  '/sign-in': { at: 'signIn' },
  '/gallery': { at: 'gallery' },
};

const withId: readonly { readonly pattern: RegExp; readonly route: (id: string) => Route }[] = [
  { pattern: /^\/chats\/([^/]+)$/, route: (roomId) => ({ at: 'room', roomId }) },
  { pattern: /^\/chats\/([^/]+)\/details$/, route: (roomId) => ({ at: 'details', roomId }) },
  { pattern: /^\/chats\/([^/]+)\/members$/, route: (roomId) => ({ at: 'members', roomId }) },
  { pattern: /^\/chats\/([^/]+)\/files$/, route: (roomId) => ({ at: 'files', roomId }) },
  { pattern: /^\/meetings\/([^/]+)$/, route: (roomId) => ({ at: 'meeting', roomId }) },
  { pattern: /^\/meet\/([^/]+)$/, route: (token) => ({ at: 'link', token }) },
];

/** The route of a path. Unknown paths and broken percent-encoding are `nowhere`. */
export function routeOf(path: string): Route {
  const trimmed = path.length > 1 ? path.replace(/\/+$/, '') : path;
  const known = Object.prototype.hasOwnProperty.call(fixed, trimmed) ? fixed[trimmed] : undefined;
  if (known) return known;
  for (const { pattern, route } of withId) {
    const id = pattern.exec(trimmed)?.[1];
    if (id === undefined) continue;
    const decoded = decode(id);
    return decoded === undefined ? { at: 'nowhere' } : route(decoded);
  }
  return { at: 'nowhere' };
}

function decode(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch (error) {
    if (error instanceof URIError) return undefined;
    throw error;
  }
}

/** The paths that screens link to. */
export const paths = {
  chats: '/',
  room: (roomId: string) => `/chats/${encodeURIComponent(roomId)}`,
  details: (roomId: string) => `/chats/${encodeURIComponent(roomId)}/details`,
  members: (roomId: string) => `/chats/${encodeURIComponent(roomId)}/members`,
  files: (roomId: string) => `/chats/${encodeURIComponent(roomId)}/files`,
  new: '/new',
  newGroup: '/new/group',
  meetings: '/meetings',
  meeting: (roomId: string) => `/meetings/${encodeURIComponent(roomId)}`,
  link: (token: string) => `/meet/${encodeURIComponent(token)}`,
  you: '/you',
  profile: '/you/profile',
  appearance: '/you/appearance',
  data: '/you/data',
  devices: '/you/devices',
  ignored: '/you/ignored',
  recovery: '/you/recovery',
  password: '/you/password',
  signIn: '/sign-in',
} as const;
