import { Icon } from './icons.tsx';
import { Spinner } from './star.tsx';

export interface DataLineProps {
  /** "1.2 MB" */
  readonly used: string;
  /** "today" */
  readonly when: string;
  /** "3.8 of 5 MB left", empty when no limit is set. */
  readonly left: string;
  /** 0 to 1. */
  readonly share: number;
  readonly href?: string;
  readonly label: string;
}

/** The rule under a header that fills from the reading start with today's use; caution above 90 %. */
export function DataLine({ used, when, left, share, href, label }: DataLineProps) {
  const inside = (
    <>
      <Icon name="traffic" size={18} />
      <span class="grow">
        <b>{used}</b> {when}
      </span>
      <span>{left}</span>
      <Rule share={share} name="data-rule" />
    </>
  );
  const name = `data ${share > 0.9 ? 'data-warn' : ''}`;
  return href ? (
    <a class={name} href={href}>
      <span class="unseen">{label}</span>
      {inside}
    </a>
  ) : (
    <div class={name}>{inside}</div>
  );
}

/** A thin line that is filled to a share, 0 to 1, from the reading start. */
export function Rule({ share, name }: { share: number; name: string }) {
  return (
    <svg class={name} viewBox="0 0 100 2" preserveAspectRatio="none" aria-hidden="true">
      <rect width="100" height="2" />
      <rect class="data-fill" width={Math.min(100, Math.max(0, share * 100))} height="2" />
    </svg>
  );
}

export interface OfflineStripProps {
  readonly title: string;
  readonly detail: string;
  readonly onPress: () => void;
}

/** Offline is a normal state: neutral colour, a count, a promise. */
export function OfflineStrip({ title, detail, onPress }: OfflineStripProps) {
  return (
    <button type="button" class="strip" onClick={onPress}>
      <Icon name="offline" size={20} />
      <span class="grow">
        <b>{title}</b>
        {detail && <> · {detail}</>}
      </span>
      <Icon name="forward" size={18} />
    </button>
  );
}

/** Something is being made ready, and what waits for it: as calm as being offline. */
export function ReadyingStrip({ title, detail }: Pick<OfflineStripProps, 'title' | 'detail'>) {
  return (
    <p class="strip">
      <Icon name="key" size={20} />
      <span class="grow">
        <b>{title}</b> · {detail}
      </span>
    </p>
  );
}

export interface ProgressLineProps {
  readonly label: string;
  readonly amount: string;
  /** 0 to 1. */
  readonly share: number;
}

/** How far something is, with its amount in words. */
export function ProgressLine({ label, amount, share }: ProgressLineProps) {
  return (
    <div role="progressbar" aria-label={label} aria-valuenow={Math.round(share * 100)} class="grow">
      <Rule share={share} name="progress-rule" />
      <p class="row-line t-meta ink-3">
        <span class="grow">{label}</span>
        <span>{amount}</span>
      </p>
    </div>
  );
}

/** A star that turns with the words of what is awaited. */
export function Waiting({ words }: { words: string }) {
  return (
    <div class="blank blank-tall" role="status">
      <Spinner size={36} />
      <p class="t-small ink-2">{words}</p>
    </div>
  );
}

/** Messages that are not known yet. */
export function BubbleSkeletons() {
  return (
    <div aria-hidden="true">
      <span class="bone bone-bubble" />
      <span class="bone bone-bubble bone-40" />
      <span class="bone bone-bubble bone-own" />
    </div>
  );
}
