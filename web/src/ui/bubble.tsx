import { Icon } from './icons.tsx';
import type { ComponentChildren } from 'preact';
import type { IconName } from './icon-paths.ts';

/** Where a message is on its way: clock, one tick, two ticks, two bold ticks, or what failed. */
export type TickState = 'waiting' | 'sent' | 'delivered' | 'read' | 'failed';

const tickPaths = { one: 'M3 12.5l4.5 5L16 7.5', two: 'M2 13l4 4.5L14 8M10.5 16l1.3 1.5L20.5 8' };

/** The tick with its words for screen readers. Ticks never turn round. */
export function Tick({ state, label, size = 16 }: { state: TickState; label: string; size?: number }) {
  if (state === 'waiting' || state === 'failed') {
    return (
      <span class={`tick tick-${state}`}>
        <Icon name={state === 'waiting' ? 'clock' : 'failed'} size={size - 2} label={label} />
      </span>
    );
  }
  return (
    <span class={`tick tick-${state}`}>
      <svg
        class="icon icon-small"
        viewBox="0 2 22 22"
        width={size}
        height={size}
        role="img"
        aria-label={label}
      >
        <path d={state === 'sent' ? tickPaths.one : tickPaths.two} />
      </svg>
    </span>
  );
}

export interface FootProps {
  readonly time: string;
  /** ISO time, for machines. */
  readonly dateTime?: string;
  readonly edited?: string | false;
  readonly tick?: { readonly state: TickState; readonly label: string } | undefined;
  /** Not beside text but on a line of its own. */
  readonly apart?: boolean;
}

/** Time, "edited" and tick at the end of a bubble. */
export function Foot({ time, dateTime, edited, tick, apart }: FootProps) {
  return (
    <span class={`foot ${apart ? 'foot-apart' : ''}`}>
      {edited && <span>{edited}</span>}
      <time dateTime={dateTime}>{time}</time>
      {tick && <Tick state={tick.state} label={tick.label} />}
    </span>
  );
}

export interface MessageFrameProps {
  readonly own: boolean;
  /** First of a group: name and avatar. Last of a group: full corner at the bottom. */
  readonly first: boolean;
  readonly last: boolean;
  readonly avatar?: ComponentChildren;
  readonly author?:
    { readonly name: string; readonly tone: string; readonly role?: string | undefined } | undefined;
  readonly reactions?: ComponentChildren;
  readonly tools?: ComponentChildren;
  readonly failed?: boolean | undefined;
  /** A picture, from edge to edge above everything else; it sets the width. */
  readonly media?: ComponentChildren;
  readonly onPress?: (() => void) | undefined;
  readonly onMenu?: ((event: MouseEvent) => void) | undefined;
  readonly id?: string | undefined;
  readonly children: ComponentChildren;
}

/** A message: others at the start, own at the end, joined corners inside a group, no tails. */
export function MessageFrame(props: MessageFrameProps) {
  const names = ['message'];
  if (props.own) names.push('message-own');
  if (props.media) names.push('message-picture');
  if (props.first) names.push('message-first');
  if (!props.first) names.push('message-joined');
  if (!props.last) names.push('message-joining');
  return (
    <div class={names.join(' ')} id={props.id} onContextMenu={props.onMenu}>
      {!props.own && <span class="message-face">{props.first && props.avatar}</span>}
      <div class="message-body">
        <div class={`bubble ${props.failed ? 'bubble-failed' : ''}`} onClick={props.onPress}>
          {props.media}
          {props.author && (
            <span class="bubble-author">
              <bdi class={`name name-${props.author.tone} clip`}>{props.author.name}</bdi>
              {props.author.role && <span class="bubble-role">{props.author.role}</span>}
            </span>
          )}
          {props.children}
        </div>
        {props.reactions}
      </div>
      {props.tools && <div class="tools">{props.tools}</div>}
    </div>
  );
}

/** The words of a message with the time at the end of the last line. */
export function MessageText(props: {
  children: ComponentChildren;
  foot?: ComponentChildren;
  large?: boolean;
}) {
  return (
    <p class={`bubble-text aligned ${props.large ? 'bubble-large' : ''}`} dir="auto">
      {props.children}
      {props.foot}
    </p>
  );
}

export interface QuoteProps {
  readonly author: string;
  readonly tone: string;
  readonly text: string;
  readonly icon?: IconName | undefined;
  readonly onPress?: (() => void) | undefined;
  readonly label?: string;
}

/** What a reply answers. Pressing it goes there. */
export function Quote({ author, tone, text, icon, onPress, label }: QuoteProps) {
  const inside = (
    <>
      <bdi class={`name name-${tone} clip`}>{author}</bdi>
      <span class="quote-line">
        {icon && <Icon name={icon} size={16} />}
        <span class="clip grow" dir="auto">
          {text}
        </span>
      </span>
    </>
  );
  return onPress ? (
    <button type="button" class={`quote name-${tone}`} onClick={onPress}>
      {inside}
      <span class="unseen">{label}</span>
    </button>
  ) : (
    <span class={`quote name-${tone}`}>{inside}</span>
  );
}

/** A grey statement in the middle: a date, who joined, what changed. */
export function SystemLine({ children, fresh }: { children: ComponentChildren; fresh?: boolean }) {
  return (
    <div class={`line ${fresh ? 'line-new' : ''}`} role={fresh ? 'separator' : undefined}>
      <span>{children}</span>
    </div>
  );
}

/** A message that was removed, or cannot be shown. */
export function GoneMessage({ icon = 'trash', children }: { icon?: IconName; children: ComponentChildren }) {
  return (
    <span class="gone">
      <Icon name={icon} size={18} />
      <span>{children}</span>
    </span>
  );
}

/** A message whose key this device does not have. */
export function ShutMessage({ title, detail }: { title: string; detail: string }) {
  return (
    <span class="shut">
      <Icon name="key" size={22} />
      <span>
        <span class="t-label">{title}</span>
        <br />
        <span class="t-small ink-3">{detail}</span>
      </span>
    </span>
  );
}

export interface NoticeProps {
  readonly title: string;
  readonly detail?: string;
  readonly tone?: 'warn' | 'danger';
  readonly icon?: IconName;
  readonly actions?: ComponentChildren;
}

/** Something the reader must decide, in caution colours: a new device, a changed identity. */
export function Notice({ title, detail, tone = 'warn', icon = 'warning', actions }: NoticeProps) {
  return (
    <div class={`notice ${tone === 'danger' ? 'notice-danger' : ''}`} role="status">
      <Icon name={icon} size={24} />
      <div class="grow">
        <p class="t-label bold">{title}</p>
        {detail && <p class="t-small">{detail}</p>}
      </div>
      {actions}
    </div>
  );
}
