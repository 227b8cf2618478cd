import { meetingLimits, meetingsBase } from '@majlis/protocol';
import type {
  GuestAnswer,
  JoinAnswer,
  JoinQuestion,
  KnockAnswer,
  LinkAnswer,
  LobbyAnswer,
  MeetingLink,
} from '@majlis/protocol';
import { MatrixError } from '../matrix/door.ts';
import type { JsonContent, Signalling } from '../matrix/door.ts';

/** The meetings API as a member of the room uses it. */
export class MemberApi {
  private readonly signalling: Signalling;
  private readonly room: string;

  constructor(signalling: Signalling, roomId: string) {
    this.signalling = signalling;
    this.room = `${meetingsBase}/rooms/${encodeURIComponent(roomId)}`;
  }

  /** `elementCall`: under the name by which Element Call finds the media of a member of the call, instead of a random one. */
  async join(elementCall: boolean): Promise<JoinAnswer> {
    const question: JoinQuestion = elementCall ? { matrix_rtc: true } : {};
    return readJoin(await this.signalling.request('POST', `${this.room}/join`, { ...question }));
  }

  /** Waits until something in the lobby is newer than `since`. */
  async lobby(since: number, signal: AbortSignal): Promise<LobbyAnswer> {
    const path = `${this.room}/lobby?since=${since}&wait=${meetingLimits.wait_ms - 5000}`;
    return (await this.signalling.request('GET', path, undefined, signal)) as unknown as LobbyAnswer;
  }

  async decide(guestId: string, admit: boolean): Promise<void> {
    await this.signalling.request('POST', `${this.room}/lobby/${encodeURIComponent(guestId)}`, { admit });
  }

  async sendKeys(guestId: string, sealed: string): Promise<void> {
    const path = `${this.room}/guests/${encodeURIComponent(guestId)}/keys`;
    await this.signalling.request('POST', path, { sealed });
  }

  async remove(identity: string): Promise<void> {
    await this.signalling.request(
      'POST',
      `${this.room}/participants/${encodeURIComponent(identity)}/remove`,
      {},
    );
  }

  async mute(identity: string): Promise<void> {
    await this.signalling.request(
      'POST',
      `${this.room}/participants/${encodeURIComponent(identity)}/mute`,
      {},
    );
  }

  async createLink(title: string | undefined): Promise<MeetingLink> {
    const body = title === undefined ? {} : { title };
    return (await this.signalling.request('POST', `${this.room}/links`, body)) as unknown as MeetingLink;
  }

  async links(): Promise<readonly MeetingLink[]> {
    const { links } = await this.signalling.request('GET', `${this.room}/links`);
    return Array.isArray(links) ? (links as unknown as MeetingLink[]) : [];
  }

  async removeLink(linkId: string): Promise<void> {
    await this.signalling.request('DELETE', `${this.room}/links/${encodeURIComponent(linkId)}`);
  }
}

interface GuestRequest {
  readonly body?: JsonContent;
  readonly signal?: AbortSignal;
  /** Whether it goes on when the page closes. */
  readonly keepalive?: boolean;
}

/** The meetings API as a guest with a link uses it: no account, a secret of their own after knocking. */
export class GuestApi {
  private readonly link: string;
  private readonly fetch: typeof fetch;
  private secret: string | undefined;
  private guestId = '';

  constructor(linkId: string, fetch_: typeof fetch) {
    this.link = `${meetingsBase}/links/${encodeURIComponent(linkId)}`;
    this.fetch = fetch_;
  }

  async facts(): Promise<LinkAnswer> {
    return (await this.request('GET', this.link)) as unknown as LinkAnswer;
  }

  async knock(name: string, offer: string): Promise<string> {
    const body = { name, key_offer: offer };
    const answer = (await this.request('POST', `${this.link}/knock`, { body })) as unknown as KnockAnswer;
    this.secret = answer.guest_secret;
    this.guestId = answer.guest_id;
    return answer.guest_id;
  }

  async state(since: number, signal: AbortSignal): Promise<GuestAnswer> {
    const query = `?since=${since}&wait=${meetingLimits.wait_ms - 5000}`;
    return (await this.request('GET', `${this.guest()}${query}`, { signal })) as unknown as GuestAnswer;
  }

  async join(): Promise<JoinAnswer> {
    return readJoin(await this.request('POST', `${this.guest()}/token`, { body: {} }));
  }

  /** Waits no longer. Reaches the server even when the page is closing. */
  async withdraw(): Promise<void> {
    await this.request('DELETE', this.guest(), { keepalive: true });
  }

  private guest(): string {
    return `${this.link}/guests/${encodeURIComponent(this.guestId)}`;
  }

  private async request(
    method: string,
    path: string,
    { body, signal, keepalive = false }: GuestRequest = {},
  ): Promise<JsonContent> {
    const headers: Record<string, string> = {};
    if (body !== undefined) headers['content-type'] = 'application/json';
    if (this.secret !== undefined) headers['authorization'] = `Bearer ${this.secret}`;
    const init: RequestInit = { method, headers, cache: 'no-store', credentials: 'omit', keepalive };
    if (body !== undefined) init.body = JSON.stringify(body);
    if (signal !== undefined) init.signal = signal;
    let response: Response;
    let answer: JsonContent;
    try {
      response = await this.fetch(path, init);
      answer = (await response.json()) as JsonContent;
    } catch (cause) {
      const kind = signal?.aborted === true ? 'cancelled' : 'network';
      throw new MatrixError(kind, `No answer: ${path}`, { cause });
    }
    if (response.ok) return answer;
    const { errcode, error } = answer;
    throw new MatrixError('server', typeof error === 'string' ? error : `HTTP ${response.status}`, {
      status: response.status,
      ...(typeof errcode === 'string' ? { errcode } : {}),
    });
  }
}

function readJoin(answer: JsonContent): JoinAnswer {
  const { url, token, identity } = answer;
  if (typeof url !== 'string' || typeof token !== 'string' || typeof identity !== 'string') {
    throw new MatrixError('protocol', 'The server gave no way into the meeting.');
  }
  return { url, token, identity };
}
