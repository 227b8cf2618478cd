import { Icon } from './icons.tsx';
import { Spinner } from './star.tsx';
import type { ComponentChildren, Ref } from 'preact';
import type { IconName } from './icon-paths.ts';

/** `primary` is the one filled button of a card, row or view; `leave` is the only danger fill. */
export type ButtonKind = 'primary' | 'soft' | 'quiet' | 'text' | 'danger' | 'leave';

interface Common {
  readonly disabled?: boolean | undefined;
  readonly onClick?: ((event: MouseEvent) => void) | undefined;
  /** Extra classes of state, for the gallery. */
  readonly state?: 'pressed' | 'focused' | undefined;
}

export interface ButtonProps extends Common {
  readonly kind?: ButtonKind;
  readonly icon?: IconName | undefined;
  readonly busy?: boolean | undefined;
  readonly wide?: boolean | undefined;
  readonly tall?: boolean | undefined;
  readonly submit?: boolean | undefined;
  readonly children: ComponentChildren;
}

/** A press that does nothing; the keyboard stays where it is, which a disabled button would lose. */
function notNow(event: MouseEvent): void {
  event.preventDefault();
}

/** A button with words. While `busy` it cannot be pressed and a star turns beside the words. */
export function Button(props: ButtonProps) {
  const { kind = 'quiet', icon, busy, wide, tall, submit, disabled, onClick, state, children } = props;
  const names = ['button', `button-${kind}`];
  if (wide) names.push('button-wide');
  if (tall) names.push('button-tall');
  if (state) names.push(state);
  return (
    <button
      type={submit ? 'submit' : 'button'}
      class={names.join(' ')}
      disabled={disabled}
      aria-disabled={busy ? 'true' : undefined}
      aria-busy={busy ? 'true' : undefined}
      onClick={busy ? notNow : onClick}
    >
      {busy ? <Spinner size={18} /> : icon && <Icon name={icon} size={20} />}
      <span class="button-words">{children}</span>
    </button>
  );
}

export interface IconButtonProps extends Common {
  readonly icon: IconName;
  /** What it does, for screen readers and as a tooltip. */
  readonly label: string;
  readonly busy?: boolean;
  readonly pressed?: boolean | undefined;
  readonly expanded?: boolean | undefined;
  readonly size?: number;
  readonly tone?: 'accent' | undefined;
  readonly anchor?: Ref<HTMLButtonElement> | undefined;
  readonly keys?: string | undefined;
}

/** A square of 44 with one icon. */
export function IconButton(props: IconButtonProps) {
  const {
    icon,
    label,
    busy,
    pressed,
    expanded,
    size = 24,
    tone,
    anchor,
    disabled,
    onClick,
    state,
    keys,
  } = props;
  return (
    <button
      ref={anchor ?? null}
      type="button"
      class={`button button-icon ${tone ? `ink-${tone}` : ''} ${state ?? ''}`}
      title={label}
      aria-label={label}
      aria-pressed={pressed}
      aria-expanded={expanded}
      aria-haspopup={expanded === undefined ? undefined : 'true'}
      aria-keyshortcuts={keys}
      disabled={disabled}
      aria-disabled={busy ? 'true' : undefined}
      onClick={busy ? notNow : onClick}
    >
      {busy ? <Spinner size={size} /> : <Icon name={icon} size={size} />}
    </button>
  );
}

/** A link that looks like a button. */
export function ButtonLink(props: {
  href: string;
  kind?: ButtonKind;
  icon?: IconName;
  children: ComponentChildren;
}) {
  return (
    <a class={`button button-${props.kind ?? 'quiet'}`} href={props.href}>
      {props.icon && <Icon name={props.icon} size={20} />}
      <span class="button-words">{props.children}</span>
    </a>
  );
}
