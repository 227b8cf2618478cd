import { useEffect, useRef } from 'preact/hooks';
import { Badge } from './badge.tsx';
import { Icon } from './icons.tsx';
import { Spinner } from './star.tsx';
import { Rule } from './status.tsx';
import type { ComponentChildren } from 'preact';
import type { IconName } from './icon-paths.ts';

/** Shows a moving picture in an element; answers how to stop. */
export type ShowVideo = (element: HTMLVideoElement) => () => void;

/** A moving picture without sound of its own. `mirrored` is for the own face, `whole` for a shared screen. */
export function VideoPicture(props: { show: ShowVideo; mirrored?: boolean; whole?: boolean; label: string }) {
  const element = useRef<HTMLVideoElement>(null);
  const { show } = props;
  useEffect(() => (element.current ? show(element.current) : undefined), [show]);
  const names = ['video'];
  if (props.mirrored) names.push('video-mirrored');
  if (props.whole) names.push('video-whole');
  return <video ref={element} class={names.join(' ')} autoPlay playsInline muted aria-label={props.label} />;
}

export interface TileProps {
  readonly name: string;
  /** Lies over the face. */
  readonly video?: ComponentChildren;
  /** Shown when there is no picture, and until its first frame is there. */
  readonly face: ComponentChildren;
  readonly muted: boolean;
  readonly speaking: boolean;
  readonly labels: { readonly muted: string; readonly speaking: string; readonly hand: string };
  readonly hand?: boolean;
  /** Why nothing is seen, in caution colours. */
  readonly trouble?: string | undefined;
}

/** One person of a meeting. Who speaks has a ring with an inner gap. */
export function Tile(props: TileProps) {
  const { name, labels } = props;
  return (
    <div class={`tile ${props.speaking ? 'tile-speaking' : ''}`}>
      <div class="tile-ground">
        {props.face}
        {props.video}
      </div>
      {props.hand && (
        <span class="tile-hand">
          <Icon name="hand" size={20} label={labels.hand} />
        </span>
      )}
      <span class="tile-name">
        {props.muted && <Icon name="microphone-off" size={16} label={labels.muted} />}
        <bdi class="clip">{name}</bdi>
        {props.speaking && <SpeakingMark label={labels.speaking} />}
      </span>
      {props.trouble && (
        <span class="chip chip-warn tile-trouble">
          <Icon name="warning" size={16} />
          <span>{props.trouble}</span>
        </span>
      )}
    </div>
  );
}

function SpeakingMark({ label }: { label: string }) {
  return (
    <svg class="speaking" viewBox="0 0 12 12" width="12" height="12" role="img" aria-label={label}>
      <path d="M2 4.5v3M6 1.5v9M10 3.5v5" stroke="currentColor" stroke-width="2.2" stroke-linecap="round" />
    </svg>
  );
}

export interface ControlProps {
  readonly icon: IconName;
  readonly label: string;
  /** On, in accent: captions, hand, chat. */
  readonly on?: boolean | undefined;
  /** Off, with an outline: microphone or camera that are not sending. */
  readonly off?: boolean;
  readonly leave?: boolean;
  /** Not on a phone. */
  readonly wide?: boolean;
  readonly keys?: string;
  readonly badge?: { readonly text: string; readonly label: string } | undefined;
  readonly disabled?: boolean;
  readonly onPress: () => void;
}

/** A control of a meeting with its word below. */
export function Control(props: ControlProps) {
  const names = ['control'];
  if (props.on) names.push('control-on');
  if (props.off) names.push('control-off');
  if (props.leave) names.push('control-leave');
  if (props.wide) names.push('only-room');
  return (
    <button
      type="button"
      class={names.join(' ')}
      aria-pressed={props.on}
      aria-keyshortcuts={props.keys}
      disabled={props.disabled}
      onClick={props.onPress}
    >
      <span class="control-mark">
        <Icon name={props.icon} size={22} />
        {props.badge && <Badge {...props.badge} />}
      </span>
      <span class="control-label">{props.label}</span>
    </button>
  );
}

/** Seven bars that show how loud the microphone hears, 0 to 1. */
export function LevelMeter({ level, label }: { level: number; label: string }) {
  const lit = Math.round(Math.min(1, Math.max(0, level)) * 7);
  return (
    <span
      class="meter"
      role="meter"
      aria-label={label}
      aria-valuenow={lit}
      aria-valuemin={0}
      aria-valuemax={7}
    >
      {[0, 1, 2, 3, 4, 5, 6].map((bar) => (
        <span key={bar} class={bar < lit ? 'meter-bar meter-lit' : 'meter-bar'} />
      ))}
    </span>
  );
}

/** The state of a request, docked at the bottom: waiting, refused, too late. */
export function Dock(props: { title: string; detail: string; waiting: boolean; action: ComponentChildren }) {
  return (
    <div class="dock" role="status">
      {props.waiting && <Spinner size={40} />}
      <div class="grow">
        <p class="t-heading">{props.title}</p>
        <p class="t-small ink-2">{props.detail}</p>
      </div>
      {props.action}
    </div>
  );
}

/** The rule under a meeting's header, filled with the share of the link in use, 0 to 1; undefined where it is not measured. */
export function LinkLine(props: { share: number | undefined; label: string; amount: string }) {
  const { share } = props;
  if (share === undefined) {
    return (
      <span class="link-line">
        <Rule share={0} name="data-rule" />
      </span>
    );
  }
  return (
    <span
      class={`link-line ${share > 0.9 ? 'data-warn' : ''}`}
      role="meter"
      aria-label={props.label}
      aria-valuemin={0}
      aria-valuemax={100}
      aria-valuenow={Math.round(share * 100)}
      aria-valuetext={props.amount}
    >
      <Rule share={share} name="data-rule" />
    </span>
  );
}

/** The link's use over the last seconds as a thin line; `values` are shares of the largest. */
export function Sparkline({ values }: { values: readonly number[] }) {
  const step = 56 / Math.max(1, values.length - 1);
  const path = values.map(
    (value, index) =>
      `${index === 0 ? 'M' : 'L'}${(index * step).toFixed(1)} ${(14 - value * 12).toFixed(1)}`,
  );
  return (
    <svg class="sparkline" viewBox="0 0 56 16" width="56" height="16" aria-hidden="true">
      <path d={path.join('')} fill="none" stroke="currentColor" stroke-width="1.5" stroke-linejoin="round" />
    </svg>
  );
}
