import { isE2EESupported } from 'livekit-client';
import type { MatrixClient } from '../matrix/door.ts';
import { MatrixError } from '../matrix/door.ts';
import type { Call, Calls, JoinOptions, LinkFacts, Preview } from './door.ts';
import { GuestEntrance } from './guest-entrance.ts';
import { newLinkSecret } from './guest-seal.ts';
import { linkSharingOf } from './link-sharing.ts';
import type { LinkSharing } from './link-sharing.ts';
import { LiveCall } from './live-call.ts';
import { GuestApi, MemberApi } from './meetings-api.ts';
import { MemberEntrance } from './member-entrance.ts';
import { DevicePreview } from './preview.ts';

export interface CallsParts {
  readonly client: MatrixClient;
  readonly fetch: typeof fetch;
  readonly now: () => number;
  /** Origin of the page, for the addresses of links. */
  readonly origin: string;
  readonly startE2eeWorker: () => Worker;
}

/** Makes the call engine of a browser around a Matrix client (which need not be signed in for guests). */
export function createCalls(client: MatrixClient): Calls {
  return new CallEngine({
    client,
    fetch: (input, init) => fetch(input, init),
    now: () => Date.now(),
    origin: location.origin,
    startE2eeWorker: () =>
      new Worker(new URL('./e2ee-worker.ts', import.meta.url), { type: 'module', name: 'calls' }),
  });
}

class CallEngine implements Calls {
  readonly supported = isE2EESupported();
  private readonly parts: CallsParts;
  private readonly sharing: LinkSharing;

  constructor(parts: CallsParts) {
    this.parts = parts;
    this.sharing = linkSharingOf(parts.client);
  }

  async preview(options: Pick<JoinOptions, 'microphone' | 'camera'>): Promise<Preview> {
    const preview = new DevicePreview();
    await preview.start(options);
    return preview;
  }

  join(roomId: string, options: JoinOptions): Call {
    const { client } = this.parts;
    const own = client.session.value;
    if (own === undefined) throw new MatrixError('cancelled', 'Nobody is signed in.');
    const entrance = new MemberEntrance({
      roomId,
      own,
      signalling: client.signalling,
      links: this.sharing,
      now: this.parts.now,
    });
    const title = client.rooms.summary(roomId).value?.title;
    return this.begin(entrance, options, title?.kind === 'named' ? title.text : '');
  }

  joinByLink(linkId: string, key: string, name: string, options: JoinOptions): Call {
    return this.begin(new GuestEntrance(linkId, key, name, this.parts.fetch), options, '');
  }

  async linkFacts(linkId: string): Promise<LinkFacts> {
    const { title, active } = await new GuestApi(linkId, this.parts.fetch).facts();
    return { title, open: active };
  }

  async createLink(roomId: string, title?: string): Promise<string> {
    const link = await new MemberApi(this.parts.client.signalling, roomId).createLink(title);
    const secret = newLinkSecret();
    await this.sharing.made(roomId, link.link_id, secret);
    return this.address(link.link_id, secret);
  }

  async removeLink(roomId: string, linkId: string): Promise<void> {
    await new MemberApi(this.parts.client.signalling, roomId).removeLink(linkId);
  }

  private begin(
    entrance: ConstructorParameters<typeof LiveCall>[0]['entrance'],
    options: JoinOptions,
    title: string,
  ): Call {
    const { client } = this.parts;
    const call = new LiveCall({
      entrance,
      options,
      title,
      known: (userId) => client.signalling.person(userId),
      now: this.parts.now,
      startE2eeWorker: this.parts.startE2eeWorker,
      addTraffic: (received, sent) => client.connection.addTraffic(received, sent),
    });
    void call.start();
    return call;
  }

  async links(roomId: string) {
    const links = await new MemberApi(this.parts.client.signalling, roomId).links();
    return Promise.all(
      links.map(async ({ link_id: linkId, title, created_by: madeBy }) => {
        const secret = await this.sharing.secrets.get(linkId, madeBy);
        return { linkId, title, ...(secret === undefined ? {} : { address: this.address(linkId, secret) }) };
      }),
    );
  }

  private address(linkId: string, secret: string): string {
    return `${this.parts.origin}/meet/${linkId}#${secret}`;
  }
}
