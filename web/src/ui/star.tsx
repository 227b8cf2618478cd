import { around, khatim, markPetals, petal, ringPetals, starOutline } from './star-geometry.ts';
import type { ComponentChildren } from 'preact';

/** The mark: eight seats around an open middle. Decorative unless it has a `label`. */
export function Mark({ size = 28 }: { size?: number }) {
  return (
    <svg
      class="mark"
      viewBox="-24 -24 48 48"
      width={size}
      height={size}
      fill="currentColor"
      aria-hidden="true"
    >
      <path d={markPetals.join('')} />
    </svg>
  );
}

/** Eight petals stepping round. The words beside it say what is being waited for. */
export function Spinner({ size = 24, label }: { size?: number; label?: string }) {
  return (
    <svg
      class="spinner"
      viewBox="-24 -24 48 48"
      width={size}
      height={size}
      fill="currentColor"
      role={label ? 'img' : undefined}
      aria-label={label}
      aria-hidden={label ? undefined : 'true'}
    >
      {markPetals.map((path) => (
        <path key={path} d={path} />
      ))}
    </svg>
  );
}

const emptyStar = around(petal(1, 0.64, 0.17, 0.36));

/** The open star of an empty place. */
export function EmptyStar({ size = 84 }: { size?: number }) {
  return (
    <svg class="empty-star" viewBox="-25 -25 50 50" width={size} height={size} aria-hidden="true">
      <path d={emptyStar} fill="none" stroke="currentColor" stroke-width="0.7" stroke-linejoin="round" />
    </svg>
  );
}

const sealPath =
  starOutline(1, 0.82) + starOutline(0.79, 0.79 * khatim) + starOutline(0.56, 0.56 * khatim, 22.5);

/** A receipt's seal. */
export function Seal({ size = 64, label }: { size?: number; label: string }) {
  return (
    <svg class="seal" viewBox="-25 -25 50 50" width={size} height={size} role="img" aria-label={label}>
      <g fill="none" stroke="currentColor" stroke-linejoin="round">
        <path d={sealPath} stroke-width="1" />
        <path d="M-5.5 0.5l3.7 4L6 -4.5" stroke-width="2.4" stroke-linecap="round" />
      </g>
    </svg>
  );
}

/** Sixteen petals around a face that light from the bottom with the level of the voice, 0 to 1. */
export function VoiceRing({
  level,
  size,
  children,
}: {
  level: number;
  size: number;
  children: ComponentChildren;
}) {
  const lit = Math.round(Math.min(1, Math.max(0, level)) * ringPetals.length);
  return (
    <span class="voice-ring">
      <svg viewBox="-36 -36 72 72" width={size * 1.5} height={size * 1.5} aria-hidden="true">
        {ringPetals.map((path, index) => (
          <path key={path} d={path} class={index < lit ? 'lit' : 'unlit'} />
        ))}
      </svg>
      {children}
    </span>
  );
}
