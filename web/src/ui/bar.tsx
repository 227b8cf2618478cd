import { Icon } from './icons.tsx';
import { Badge } from './badge.tsx';
import { Mark } from './star.tsx';
import type { ComponentChildren } from 'preact';
import type { IconName } from './icon-paths.ts';

export interface Place {
  readonly href: string;
  readonly icon: IconName;
  /** In place of the icon where there is room: the own face. */
  readonly face?: ComponentChildren;
  readonly label: string;
  readonly chosen: boolean;
  readonly badge?: { readonly text: string; readonly label: string } | undefined;
}

/** The places of the app: a bar at the bottom of a phone, a rail at the start of anything wider. */
export function Places({ label, list }: { label: string; list: readonly Place[] }) {
  return (
    <nav class="places" aria-label={label}>
      <span class="places-mark">
        <Mark size={28} />
      </span>
      {list.map((place) => (
        <a
          key={place.href}
          class={`place ${place.chosen ? 'place-chosen' : ''}`}
          href={place.href}
          aria-current={place.chosen ? 'page' : undefined}
        >
          <span class="place-icon">
            {place.face && <span class="place-face">{place.face}</span>}
            <Icon name={place.icon} size={24} />
            {place.badge && <Badge text={place.badge.text} label={place.badge.label} />}
          </span>
          <span class="place-label">{place.label}</span>
        </a>
      ))}
    </nav>
  );
}

export interface HeaderProps {
  readonly title: ComponentChildren;
  readonly detail?: ComponentChildren;
  readonly back?: { readonly href: string; readonly label: string } | undefined;
  /** Before the title: the mark or an avatar. */
  readonly start?: ComponentChildren;
  readonly actions?: ComponentChildren;
  /** On `surface` with a hairline below (a conversation) or on the paper (a list). */
  readonly raised?: boolean;
  /** Makes title and avatar one link, to the details. */
  readonly href?: string | undefined;
  /** In the size of a heading, for panes beside the main one. */
  readonly small?: boolean;
  /** The way back is only there on narrow screens. */
  readonly backOnlyNarrow?: boolean;
}

/** The top of a pane. */
export function Header(props: HeaderProps) {
  const words = (
    <>
      {props.start}
      <span class="grow">
        <h1 class={`header-title clip ${props.detail || props.small ? 't-heading' : 't-title'}`} dir="auto">
          {props.title}
        </h1>
        {props.detail && <span class="clip t-small ink-3 header-detail">{props.detail}</span>}
      </span>
    </>
  );
  return (
    <header class={`header ${props.raised ? 'header-raised' : ''}`}>
      {props.back && (
        <a
          class={`button button-icon ${props.backOnlyNarrow ? 'only-narrow' : ''}`}
          href={props.back.href}
          aria-label={props.back.label}
          title={props.back.label}
        >
          <Icon name="back" size={24} />
        </a>
      )}
      {props.href ? (
        <a class="header-words" href={props.href}>
          {words}
        </a>
      ) : (
        <span class="header-words">{words}</span>
      )}
      {props.actions}
    </header>
  );
}
