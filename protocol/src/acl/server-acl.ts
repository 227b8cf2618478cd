import { compileGlob } from '../globs/glob.ts';
import { parseServerName } from '../identifiers/identifiers.ts';
import { own, type JsonObject } from '../json/value.ts';

/**
 * Whether a room's `m.room.server_acl` lets a server take part. Without such an event everybody may; with one that has
 * no `allow` nobody may. Ports are not looked at, nor is case.
 * Specification: Client-Server API, "Server Access Control Lists (ACLs) for rooms".
 */
export function serverAllowedByAcl(serverName: string, aclContent: JsonObject | undefined): boolean {
  if (aclContent === undefined) return true;
  const name = serverName.replace(/:[0-9]*$/, '');
  // 1. An IP literal while allow_ip_literals is false: deny.
  if (own(aclContent, 'allow_ip_literals') === false && isIpLiteral(name)) return false;
  // 2. A match of deny: deny. 3. A match of allow: allow. 4. Otherwise deny.
  return !matchesAny(own(aclContent, 'deny'), name) && matchesAny(own(aclContent, 'allow'), name);
}

function isIpLiteral(name: string): boolean {
  const parts = parseServerName(name);
  return name.startsWith('[') || (parts !== undefined && parts.kind !== 'dns');
}

function matchesAny(patterns: unknown, name: string): boolean {
  if (!Array.isArray(patterns)) return false;
  return patterns.some((pattern) => typeof pattern === 'string' && compileGlob(pattern).matches(name));
}
