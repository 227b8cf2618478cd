// What the tests of meetings share: the meetings API asked as a program asks it, and people in a call on LiveKit's own client.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  DisconnectReason,
  LocalVideoTrack,
  Room,
  RoomEvent,
  TrackPublishOptions,
  TrackSource,
  VideoBufferType,
  VideoFrame,
  VideoSource,
} from '@livekit/rtc-node';
import { meetingsBase } from '@majlis/protocol';
import type { JoinAnswer, KnockAnswer, LobbyAnswer, MeetingAnswer, MeetingLink } from '@majlis/protocol';
import type { TestServer } from '@majlis/ops/dev';
import type { Client, Json } from '../http/client.ts';

export interface Asked {
  readonly status: number;
  readonly body: Json;
  readonly headers: Headers;
}

/** Asks the server anything, with a token or without; no answer may be a 5xx. */
export async function ask(
  url: string,
  method: string,
  path: string,
  options: { token?: string | undefined; body?: unknown; headers?: Record<string, string> } = {},
): Promise<Asked> {
  const { token, body, headers = {} } = options;
  const raw = typeof body === 'string' || body instanceof Uint8Array;
  const response = await fetch(url + path, {
    method,
    headers: { ...(token !== undefined && { authorization: `Bearer ${token}` }), ...headers },
    ...(body !== undefined && { body: raw ? (body as BodyInit) : JSON.stringify(body) }),
  });
  const text = await response.text();
  assert.ok(response.status < 500, `${method} ${path} → ${response.status} ${text}`);
  const json = response.headers.get('content-type') === 'application/json' && text !== '';
  return { status: response.status, body: json ? JSON.parse(text) : undefined, headers: response.headers };
}

/** An answer that must be a refusal with this status and error code. */
export function refused(answer: Asked, status: number, errcode: string, what = ''): void {
  assert.equal(`${answer.status} ${answer.body?.errcode}`, `${status} ${errcode}`, what);
  assert.equal(typeof answer.body.error, 'string');
}

const roomPath = (roomId: string): string => `${meetingsBase}/rooms/${encodeURIComponent(roomId)}`;

/** A member's side of a room's meeting. */
export class Member {
  readonly client: Client;
  readonly roomId: string;

  constructor(client: Client, roomId: string) {
    this.client = client;
    this.roomId = roomId;
  }

  ask(method: string, path = '', body?: unknown): Promise<Asked> {
    return ask(this.client.url, method, roomPath(this.roomId) + path, { token: this.client.token, body });
  }

  async ok(method: string, path = '', body?: unknown): Promise<Json> {
    const answer = await this.ask(method, path, body);
    assert.equal(answer.status, 200, `${method} ${path} → ${answer.status} ${JSON.stringify(answer.body)}`);
    return answer.body;
  }

  join(): Promise<JoinAnswer> {
    return this.ok('POST', '/join', {});
  }

  meeting(): Promise<MeetingAnswer> {
    return this.ok('GET');
  }

  link(title?: string): Promise<MeetingLink> {
    return this.ok('POST', '/links', title === undefined ? {} : { title });
  }

  lobby(since = 0, waitMs = 0): Promise<LobbyAnswer> {
    return this.ok('GET', `/lobby?since=${since}&wait=${waitMs}`);
  }

  /** Watches the lobby until the meeting is as wanted. */
  async until(what: string, wanted: (meeting: MeetingAnswer) => boolean): Promise<MeetingAnswer> {
    for (let tries = 0; tries < 40; tries += 1) {
      // The version first: what changes after the look wakes the wait.
      const { version } = await this.lobby();
      const meeting = await this.meeting();
      if (wanted(meeting)) return meeting;
      await this.lobby(version, 500);
    }
    throw new Error(`${what} did not come`);
  }
}

/** A guest's side, with a link and without an account. */
export class Guest {
  readonly url: string;
  readonly linkId: string;
  id = '';
  secret = '';

  constructor(url: string, linkId: string) {
    this.url = url;
    this.linkId = linkId;
  }

  get path(): string {
    return `${meetingsBase}/links/${this.linkId}/guests/${this.id}`;
  }

  ask(method: string, path = '', body?: unknown): Promise<Asked> {
    return ask(this.url, method, this.path + path, { token: this.secret, body });
  }

  async ok(method: string, path = '', body?: unknown): Promise<Json> {
    const answer = await this.ask(method, path, body);
    assert.equal(answer.status, 200, `${method} ${path} → ${answer.status} ${JSON.stringify(answer.body)}`);
    return answer.body;
  }
}

/** Somebody knocks at a link. */
export async function knock(url: string, linkId: string, name: string, keyOffer?: string): Promise<Guest> {
  const guest = new Guest(url, linkId);
  const answer = await ask(url, 'POST', `${meetingsBase}/links/${linkId}/knock`, {
    body: { name, ...(keyOffer !== undefined && { key_offer: keyOffer }) },
  });
  assert.equal(answer.status, 200, JSON.stringify(answer.body));
  const { guest_id: id, guest_secret: secret } = answer.body as KnockAnswer;
  guest.id = id;
  guest.secret = secret;
  return guest;
}

/** What a LiveKit token says. */
export function claimsOf(token: string): Json {
  const [, claims = ''] = token.split('.');
  return JSON.parse(Buffer.from(claims, 'base64url').toString());
}

/** Somebody connected to the call. */
export interface Participant {
  readonly identity: string;
  readonly room: Room;
  /** Resolves when the connection has ended, with the reason. */
  readonly out: Promise<string>;
}

/** Connects to LiveKit through the server's own address, as browsers do. */
export async function enter({ url, token, identity }: JoinAnswer): Promise<Participant> {
  const room = new Room();
  const out = new Promise<string>((resolve) => {
    room.on(RoomEvent.Disconnected, (reason) => resolve(DisconnectReason[reason] ?? String(reason)));
  });
  await room.connect(url, token, { autoSubscribe: true, dynacast: false });
  return { identity, room, out };
}

/**
 * Shows pictures that are not encrypted, and says over and over, in the clear as well, that it has the key and raises its hand.
 * @returns what ends it
 */
export async function sendInTheClear({ localParticipant }: Room): Promise<() => Promise<void>> {
  assert.ok(localParticipant);
  const [width, height] = [320, 240];
  const source = new VideoSource(width, height);
  const camera = new TrackPublishOptions();
  camera.source = TrackSource.SOURCE_CAMERA;
  await localParticipant.publishTrack(LocalVideoTrack.createVideoTrack('camera', source), camera);
  const frame = new VideoFrame(
    new Uint8Array(width * height * 4).fill(200),
    width,
    height,
    VideoBufferType.RGBA,
  );
  const word = new TextEncoder().encode(JSON.stringify({ epoch: 1, hand: true }));
  const timer = setInterval(() => {
    source.captureFrame(frame);
    void localParticipant.publishData(word, { reliable: true, topic: 'majlis.state' });
  }, 100);
  return async () => {
    clearInterval(timer);
    await source.close();
  };
}

/** The keys that the server shares with LiveKit. */
export function livekitKeys(server: TestServer): { key: string; secret: string } {
  const read = (name: string): string => readFileSync(join(server.data, 'secrets', name), 'utf8').trim();
  return { key: read('livekit-key'), secret: read('livekit-secret') };
}
