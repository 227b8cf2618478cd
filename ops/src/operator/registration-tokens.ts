// Links with which one person makes one account, also while registration is closed.

import { createHash, randomBytes } from 'node:crypto';
import type { Storage } from '@majlis/storage';

const validMs = 24 * 3600 * 1000;

/**
 * Makes a token that works once, within a day.
 * @param now milliseconds since 1970
 */
export async function issueRegistrationToken(
  storage: Storage,
  now: number,
  makesAdmin: boolean,
): Promise<string> {
  const token = randomBytes(24).toString('base64url');
  const tokenHash = createHash('sha256').update(token).digest();
  await storage.accounts.addRegistrationToken({ tokenHash, makesAdmin, uses: 1, expiresTs: now + validMs });
  return token;
}

/** The page that takes the token; the fragment never reaches a server's log. */
export function registrationLink(publicUrl: string, token: string): string {
  return `${publicUrl}/sign-in#registration-token=${token}`;
}
