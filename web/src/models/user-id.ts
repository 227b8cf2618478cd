/** What a user is called without a display name. */
export function localpart(userId: string): string {
  return userId.replace(/^@|:.*$/g, '');
}

/** A user id from "name", "@name" or "@name:server"; undefined when it cannot be one. */
export function userIdOf(term: string, serverName: string): string | undefined {
  const text = term.trim().replace(/^@/, '').toLowerCase();
  const [name = '', ...server] = text.split(':');
  if (!/^[a-z0-9._=/+-]+$/.test(name)) return undefined;
  const domain = server.length > 0 ? server.join(':') : serverName;
  return /^[a-z0-9.[\]:-]+$/.test(domain) ? `@${name}:${domain}` : undefined;
}
