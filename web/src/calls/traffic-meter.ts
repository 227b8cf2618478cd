import type { Room } from 'livekit-client';

const every = 2000;

/** Kilobits per second that go over a link, and that it can carry as far as the browser has measured. */
export interface LinkUse {
  readonly sent: number;
  readonly received: number;
  readonly canSend?: number;
  readonly canReceive?: number;
}

/** How full the fuller direction of the link is, 0 to 1; undefined where the browser has measured neither. */
export function shareOfLink({ sent, received, canSend = 0, canReceive = 0 }: LinkUse): number | undefined {
  const shares = [
    ...(canSend > 0 ? [sent / canSend] : []),
    ...(canReceive > 0 ? [received / canReceive] : []),
  ];
  return shares.length === 0 ? undefined : Math.min(1, Math.max(...shares));
}

/** Share of a change that is shown at once: an encoder that fills what it is given is no cause for alarm within a second or two. */
const haste = 0.25;

/** The share to show after another was measured. */
export function calm(shown: number | undefined, measured: number | undefined): number | undefined {
  if (shown === undefined || measured === undefined) return measured;
  return shown + (measured - shown) * haste;
}

/** What a call cost since it was last told: kilobits per second both ways, bytes, and the share of the link. */
export interface Traffic {
  readonly kbits: number;
  readonly received: number;
  readonly sent: number;
  readonly share: number | undefined;
}

/** Measures what a call costs, from WebRTC's own counters. */
export class TrafficMeter {
  private readonly room: Room;
  private readonly tell: (traffic: Traffic) => void;
  private readonly last = new Map<string, number>();
  private timer: ReturnType<typeof setInterval> | undefined;
  private measuring = false;
  private share: number | undefined;

  constructor(room: Room, tell: (traffic: Traffic) => void) {
    this.room = room;
    this.tell = tell;
  }

  start(): void {
    this.timer = setInterval(() => {
      // The browser takes its time when it is busy; the next time counts it all.
      if (this.measuring) return;
      this.measuring = true;
      this.measure()
        .catch((thrown: unknown) => {
          console.warn('The traffic is not counted.', thrown instanceof Error ? thrown.message : thrown);
        })
        .finally(() => (this.measuring = false));
    }, every);
  }

  stop(): void {
    clearInterval(this.timer);
  }

  private async measure(): Promise<void> {
    let received = 0;
    let sent = 0;
    // Sending and receiving may each have a connection of its own, with its own measure of the link.
    let canSend = 0;
    let canReceive = 0;
    const { localParticipant, remoteParticipants } = this.room;
    for (const participant of [localParticipant, ...remoteParticipants.values()]) {
      const own = participant === localParticipant;
      for (const { track } of participant.trackPublications.values()) {
        const report = await track?.getRTCStatsReport();
        report?.forEach((entry: Counters) => {
          if (entry.type === 'inbound-rtp') received += this.step(entry.id, entry.bytesReceived);
          if (entry.type === 'outbound-rtp') sent += this.step(entry.id, entry.bytesSent);
          if (entry.type !== 'candidate-pair' || entry.nominated !== true) return;
          if (own) canSend = Math.max(canSend, entry.availableOutgoingBitrate ?? 0);
          else canReceive = Math.max(canReceive, entry.availableIncomingBitrate ?? 0);
        });
      }
    }
    const kbits = (bytes: number) => (bytes * 8) / every;
    const share = shareOfLink({
      sent: kbits(sent),
      received: kbits(received),
      canSend: canSend / 1000,
      canReceive: canReceive / 1000,
    });
    this.share = calm(this.share, share);
    this.tell({ kbits: Math.round(kbits(received + sent)), received, sent, share: this.share });
  }

  private step(id: string, bytes = 0): number {
    const before = this.last.get(id) ?? 0;
    this.last.set(id, bytes);
    return Math.max(0, bytes - before);
  }
}

interface Counters {
  readonly id: string;
  readonly type: string;
  readonly bytesReceived?: number;
  readonly bytesSent?: number;
  readonly nominated?: boolean;
  /** Bits per second. */
  readonly availableOutgoingBitrate?: number;
  readonly availableIncomingBitrate?: number;
}
