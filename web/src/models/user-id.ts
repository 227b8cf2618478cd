/** A user id from "name", "@name" or "@name:server"; undefined when it cannot be one. */
export function userIdOf(term: string, serverName: string): string | undefined {
  const text = term.trim().replace(/^@/, '').toLowerCase();
  const [localpart = '', ...server] = text.split(':');
  if (!/^[a-z0-9._=/+-]+$/.test(localpart)) return undefined;
  const domain = server.length > 0 ? server.join(':') : serverName;
  return /^[a-z0-9.[\]:-]+$/.test(domain) ? `@${localpart}:${domain}` : undefined;
}
