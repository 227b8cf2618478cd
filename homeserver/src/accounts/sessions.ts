import { createHash } from 'node:crypto';
import type { Requester } from '../http/endpoint.ts';
import { unknownToken, userLocked } from '../http/errors.ts';
import type { HomeserverParts } from '../parts.ts';

/** How long an access token lasts when the client can refresh it. */
const access_token_ms = 60 * 60 * 1000;
const cached_tokens_max = 20_000;
/** How often "last seen" is written per device. */
const seen_every_ms = 10 * 60 * 1000;

export interface OpenedSession {
  readonly user_id: string;
  readonly device_id: string;
  readonly access_token: string;
  readonly refresh_token?: string;
  readonly expires_in_ms?: number;
}

interface CachedOwner extends Requester {
  readonly expiresTs: number | null;
  readonly locked: boolean;
  seenTs: number;
}

const hash = (token: string): Buffer => createHash('sha256').update(token).digest();

type SessionParts = Pick<HomeserverParts, 'storage' | 'clock' | 'random' | 'log'>;

/** Access and refresh tokens: issuing, checking, ending. */
export class Sessions {
  readonly #parts: SessionParts;
  readonly #cache = new Map<string, CachedOwner>();
  /** Grows whenever sessions end: what was read of tokens before may be wrong already. */
  #endings = 0;

  constructor(parts: SessionParts) {
    this.#parts = parts;
  }

  /** Signs a device in, with new tokens in place of its earlier ones. */
  async open(session: {
    userId: string;
    deviceId: string | undefined;
    displayName: string | undefined;
    refreshable: boolean;
  }): Promise<OpenedSession> {
    const { storage, clock } = this.#parts;
    const deviceId = session.deviceId ?? this.#deviceId();
    const accessToken = this.#token('maj_');
    const refreshToken = session.refreshable ? this.#token('majr_') : undefined;
    const now = clock.now();
    await storage.accounts.openSession({
      userId: session.userId,
      deviceId,
      displayName: session.displayName ?? null,
      accessHash: hash(accessToken),
      refreshHash: refreshToken === undefined ? null : hash(refreshToken),
      expiresTs: refreshToken === undefined ? null : now + access_token_ms,
      ts: now,
    });
    this.forgetDevice(session.userId, [deviceId]);
    return {
      user_id: session.userId,
      device_id: deviceId,
      access_token: accessToken,
      ...(refreshToken !== undefined && { refresh_token: refreshToken, expires_in_ms: access_token_ms }),
    };
  }

  /** @throws MatrixError 401 M_UNKNOWN_TOKEN, `soft_logout` when only the access token has expired or was replaced; 401 M_USER_LOCKED. */
  async authenticate(token: string, ip: string, evenLocked: boolean): Promise<Requester> {
    const { storage, clock, log } = this.#parts;
    const now = clock.now();
    let owner = this.#cache.get(token);
    if (owner === undefined) {
      const endings = this.#endings;
      const stored = await storage.accounts.tokenOwner(hash(token));
      if (stored === undefined) throw unknownToken('Unknown access token');
      owner = { ...stored, seenTs: 0 };
      if (this.#cache.size >= cached_tokens_max) this.#cache.clear();
      if (endings === this.#endings) this.#cache.set(token, owner);
    }
    if (owner.locked && !evenLocked) throw userLocked();
    if (owner.expiresTs !== null && owner.expiresTs <= now)
      throw unknownToken('The access token has expired', true);
    if (now - owner.seenTs > seen_every_ms) {
      owner.seenTs = now;
      storage.accounts
        .seenDevice(owner.userId, owner.deviceId, now, ip)
        .catch((error: unknown) =>
          log.warn('could not note when a device was last seen', { error: String(error) }),
        );
    }
    return owner;
  }

  /** @throws MatrixError 401 when the refresh token is unknown, or was traded for tokens that are in use. */
  async refresh(refreshToken: string): Promise<Omit<OpenedSession, 'user_id' | 'device_id'>> {
    const accessToken = this.#token('maj_');
    const next = this.#token('majr_');
    const now = this.#parts.clock.now();
    const result = await this.#parts.storage.accounts.refresh({
      refreshHash: hash(refreshToken),
      nextAccessHash: hash(accessToken),
      nextRefreshHash: hash(next),
      expiresTs: now + access_token_ms,
      ts: now,
    });
    if (result === 'unknown') throw unknownToken('Unknown refresh token');
    if (result === 'reused') {
      this.#endings += 1;
      this.#cache.clear();
      throw unknownToken('This refresh token was used before; the session has been ended');
    }
    this.forgetDevice(result.userId, [result.deviceId]);
    return { access_token: accessToken, refresh_token: next, expires_in_ms: access_token_ms };
  }

  /** Ends devices for good. */
  async close(userId: string, deviceIds: readonly string[]): Promise<void> {
    await this.#parts.storage.accounts.deleteDevices(userId, deviceIds);
    this.forgetDevice(userId, deviceIds);
  }

  /** Drops cached tokens of these devices, so that the next request asks the database. */
  forgetDevice(userId: string, deviceIds: readonly string[]): void {
    this.#endings += 1;
    for (const [token, owner] of this.#cache) {
      if (owner.userId === userId && deviceIds.includes(owner.deviceId)) this.#cache.delete(token);
    }
  }

  /** The same for all devices of a user. */
  forgetUser(userId: string): void {
    this.#endings += 1;
    for (const [token, owner] of this.#cache) if (owner.userId === userId) this.#cache.delete(token);
  }

  #token(prefix: string): string {
    return prefix + Buffer.from(this.#parts.random.bytes(24)).toString('base64url');
  }

  #deviceId(): string {
    const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ';
    return Array.from(this.#parts.random.bytes(10), (byte) => letters[byte % 26]).join('');
  }
}
