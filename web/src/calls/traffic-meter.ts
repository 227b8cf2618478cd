import type { Room } from 'livekit-client';

const every = 2000;

/** Measures what a call costs, from WebRTC's own counters. */
export class TrafficMeter {
  private readonly room: Room;
  private readonly tell: (kbits: number, received: number, sent: number) => void;
  private readonly last = new Map<string, number>();
  private timer: ReturnType<typeof setInterval> | undefined;
  private measuring = false;

  constructor(room: Room, tell: (kbits: number, received: number, sent: number) => void) {
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
    const participants = [this.room.localParticipant, ...this.room.remoteParticipants.values()];
    for (const participant of participants) {
      for (const { track } of participant.trackPublications.values()) {
        const report = await track?.getRTCStatsReport();
        report?.forEach((entry: { id: string; type: string; bytesReceived?: number; bytesSent?: number }) => {
          if (entry.type === 'inbound-rtp') received += this.step(entry.id, entry.bytesReceived);
          if (entry.type === 'outbound-rtp') sent += this.step(entry.id, entry.bytesSent);
        });
      }
    }
    this.tell(Math.round(((received + sent) * 8) / every), received, sent);
  }

  private step(id: string, bytes = 0): number {
    const before = this.last.get(id) ?? 0;
    this.last.set(id, bytes);
    return Math.max(0, bytes - before);
  }
}
