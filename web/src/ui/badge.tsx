import { starOutline } from './star-geometry.ts';
import { Icon } from './icons.tsx';
import type { ComponentChildren } from 'preact';
import type { IconName } from './icon-paths.ts';

/** A count of unread things. `text` is already in the reader's digits; `label` says it in words. */
export function Badge({ text, label, quiet }: { text: string; label?: string | undefined; quiet?: boolean }) {
  return (
    <span class={`badge ${quiet ? 'badge-quiet' : ''}`}>
      <span aria-hidden={label ? 'true' : undefined}>{text}</span>
      {label && <span class="unseen">{label}</span>}
    </span>
  );
}

export interface ChipProps {
  readonly kind?: 'plain' | 'outline' | 'warn' | 'shade';
  readonly icon?: IconName;
  readonly children: ComponentChildren;
  readonly onClick?: (() => void) | undefined;
}

/** A small rounded statement; with `onClick` it is a button. */
export function Chip({ kind = 'plain', icon, children, onClick }: ChipProps) {
  const names = kind === 'plain' ? 'chip' : `chip chip-${kind}`;
  const inside = (
    <>
      {icon && <Icon name={icon} size={16} />}
      <span>{children}</span>
    </>
  );
  return onClick ? (
    <button type="button" class={`${names} reach`} onClick={onClick}>
      {inside}
    </button>
  ) : (
    <span class={names}>{inside}</span>
  );
}

const verifiedStar = starOutline(1, 0.84, 22.5);

/** The star with a check beside the name of an official service. */
export function Verified({ label, size = 18 }: { label: string; size?: number }) {
  return (
    <svg class="verified" viewBox="-24 -24 48 48" width={size} height={size} role="img" aria-label={label}>
      <path d={verifiedStar} fill="currentColor" />
      <path
        d="M-9 0.5l6.5 7L9.5 -7"
        fill="none"
        stroke="var(--paper)"
        stroke-width="5"
        stroke-linecap="round"
        stroke-linejoin="round"
      />
    </svg>
  );
}
