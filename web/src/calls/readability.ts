import type { Participant } from 'livekit-client';

/** How often is looked whether what could not be decrypted can be now, milliseconds. */
const lookAgain = 500;
/** Pictures or lengths of sound decoded that prove it: a few may still have been on their way. */
const enough = 3;
/** Unreadable for so long, the key is asked for. */
const tooLong = 4000;
const samplesOfAPicture = 1600;

export interface ReadabilityParts {
  readonly now: () => number;
  /** Pictures and sound of this participant decoded so far; undefined when there is nothing of theirs to decode. */
  decoded(identity: string): Promise<number | undefined>;
  changed(): void;
  /** Somebody has been unreadable for a while. */
  keyMissing(): void;
}

/**
 * Whose media cannot be decrypted. LiveKit tells of failures, only the first few of them, and never that they have ended: that is seen by
 * what is decoded.
 */
export class Readability {
  private readonly parts: ReadabilityParts;
  private readonly failing = new Map<string, { since: number; decoded?: number }>();
  private timer: ReturnType<typeof setInterval> | undefined;
  private looking = false;

  constructor(parts: ReadabilityParts) {
    this.parts = parts;
  }

  has(identity: string): boolean {
    return this.failing.has(identity);
  }

  failed(identity: string): void {
    const since = this.failing.get(identity)?.since ?? this.parts.now();
    // What was decoded before counts no more.
    this.failing.set(identity, { since });
    this.timer ??= setInterval(() => void this.look(), lookAgain);
    this.parts.changed();
  }

  gone(identity: string): void {
    this.failing.delete(identity);
  }

  stop(): void {
    this.failing.clear();
    clearInterval(this.timer);
    this.timer = undefined;
  }

  private async look(): Promise<void> {
    if (this.looking) return;
    this.looking = true;
    for (const [identity, seen] of this.failing) {
      const decoded = await this.parts.decoded(identity).catch(() => undefined);
      // It may have failed again, or gone, meanwhile.
      if (this.failing.get(identity) !== seen) continue;
      if (decoded === undefined) this.failing.delete(identity);
      else if (seen.decoded === undefined) seen.decoded = decoded;
      else if (decoded >= seen.decoded + enough) this.failing.delete(identity);
    }
    this.looking = false;
    if (this.failing.size === 0) this.stop();
    const oldest = Math.min(...[...this.failing.values()].map(({ since }) => since));
    if (this.parts.now() - oldest >= tooLong) this.parts.keyMissing();
    this.parts.changed();
  }
}

/** From WebRTC's own counters. Undecrypted frames never reach a decoder. */
export async function decodedOf(participant: Participant | undefined): Promise<number | undefined> {
  let decoded: number | undefined;
  for (const { track } of participant?.trackPublications.values() ?? []) {
    if (track === undefined || track.isMuted) continue;
    const report = await track.getRTCStatsReport();
    report?.forEach((entry: InboundCounters) => {
      if (entry.type !== 'inbound-rtp') return;
      const heard = (entry.totalSamplesReceived ?? 0) - (entry.concealedSamples ?? 0);
      decoded = (decoded ?? 0) + (entry.framesDecoded ?? 0) + Math.floor(heard / samplesOfAPicture);
    });
  }
  return decoded;
}

interface InboundCounters {
  readonly type: string;
  readonly framesDecoded?: number;
  readonly totalSamplesReceived?: number;
  readonly concealedSamples?: number;
}
