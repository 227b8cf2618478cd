import { signal } from '@preact/signals-core';
import type { ReadonlySignal } from '@preact/signals-core';
import type { Traffic } from './door.ts';

function two(value: number): string {
  return String(value).padStart(2, '0');
}

/** `now` as a local day, YYYY-MM-DD. */
export function localDay(now: number): string {
  const date = new Date(now);
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
}

/** Adds bytes to a day's count; a new day starts at nothing. */
export function countTraffic(before: Traffic, now: number, received: number, sent: number): Traffic {
  const day = localDay(now);
  const base = before.day === day ? before : { day, received: 0, sent: 0 };
  return { day, received: base.received + received, sent: base.sent + sent };
}

/**
 * Today's bytes. Where the browser reports what each request cost on the wire (`PerformanceObserver`), received bytes are taken from
 * there, page and scripts included; elsewhere the HTTP client reports what it read.
 */
export class TrafficCounter {
  private readonly now: () => number;
  private readonly current;
  private observer: PerformanceObserver | undefined;

  constructor(now: () => number) {
    this.now = now;
    this.current = signal<Traffic>({ day: localDay(now()), received: 0, sent: 0 });
  }

  get traffic(): ReadonlySignal<Traffic> {
    return this.current;
  }

  /** Whether received bytes of requests come from the browser, so that the HTTP client must not count them again. */
  get observing(): boolean {
    return this.observer !== undefined;
  }

  add(received: number, sent: number): void {
    if (received === 0 && sent === 0) return;
    this.current.value = countTraffic(this.current.value, this.now(), received, sent);
  }

  /** Goes on from what was saved, if it is of today. */
  restore(saved: Traffic): void {
    const now = this.current.value;
    if (saved.day !== localDay(this.now())) return;
    this.current.value = {
      day: saved.day,
      received: saved.received + now.received,
      sent: saved.sent + now.sent,
    };
  }

  observe(): void {
    const supported =
      typeof PerformanceObserver === 'undefined' ? [] : PerformanceObserver.supportedEntryTypes;
    if (!supported?.includes('resource')) return;
    this.observer = new PerformanceObserver((list) => {
      let received = 0;
      for (const entry of list.getEntries()) received += (entry as PerformanceResourceTiming).transferSize;
      this.add(received, 0);
    });
    this.observer.observe({ type: 'resource', buffered: true });
  }

  stop(): void {
    this.observer?.disconnect();
    this.observer = undefined;
  }
}
