import { createHash } from 'node:crypto';
import type { ProofPurpose } from '@majlis/storage';
import type { HomeserverParts } from '../parts.ts';

const lifetimes_ms: Readonly<Record<ProofPurpose, number>> = {
  openid: 60 * 60 * 1000,
  login: 2 * 60 * 1000,
};

const digest = (token: string): Buffer => createHash('sha256').update(token).digest();

/** Short-lived tokens that prove who somebody is: to a service (OpenID), or to this server for another device. */
export class Proofs {
  readonly #parts: Pick<HomeserverParts, 'storage' | 'clock' | 'random'>;

  constructor(parts: Pick<HomeserverParts, 'storage' | 'clock' | 'random'>) {
    this.#parts = parts;
  }

  async issue(userId: string, purpose: ProofPurpose): Promise<{ token: string; lifetimeMs: number }> {
    const { storage, clock, random } = this.#parts;
    const token = Buffer.from(random.bytes(24)).toString('base64url');
    const now = clock.now();
    const lifetimeMs = lifetimes_ms[purpose];
    await storage.accounts.addProofToken({
      tokenHash: digest(token),
      purpose,
      userId,
      expiresTs: now + lifetimeMs,
      now,
    });
    return { token, lifetimeMs };
  }

  /** @returns whose token it is; undefined when it is unknown or no longer valid. */
  check(token: string, purpose: ProofPurpose): Promise<string | undefined> {
    return this.#parts.storage.accounts.proofTokenOwner(digest(token), purpose, this.#parts.clock.now());
  }

  /** The same for a token that counts once. */
  take(token: string, purpose: ProofPurpose): Promise<string | undefined> {
    return this.#parts.storage.accounts.takeProofToken(digest(token), purpose, this.#parts.clock.now());
  }
}
