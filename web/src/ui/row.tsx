import { Icon } from './icons.tsx';
import { Badge } from './badge.tsx';
import type { ComponentChildren } from 'preact';
import type { IconName } from './icon-paths.ts';

export interface ChatRowProps {
  readonly href: string;
  readonly avatar: ComponentChildren;
  readonly name: string;
  /** Small signs after the name: pinned, muted, channel. */
  readonly signs?: readonly { readonly icon: IconName; readonly label: string }[];
  readonly time: string;
  readonly preview: string;
  /** Who says what is previewed; apart from it, since the two may run in opposite directions. */
  readonly who?: string | undefined;
  /** Before the preview: kind of message, or the tick of an own one. */
  readonly previewIcon?: ComponentChildren;
  /** Bold words before the preview, such as "Draft:". */
  readonly lead?: string;
  readonly unread?: { readonly text: string; readonly label: string; readonly quiet: boolean } | undefined;
  readonly chosen?: boolean;
  readonly onMenu?: (event: MouseEvent) => void;
  /** For the gallery. */
  readonly focused?: boolean;
}

/** One conversation in the list. Bold only while something is unread. */
export function ChatRow(props: ChatRowProps) {
  const { signs = [], unread } = props;
  const names = ['row'];
  if (unread && !unread.quiet) names.push('row-unread');
  if (props.chosen) names.push('row-chosen');
  if (props.focused) names.push('focused');
  return (
    <a
      class={names.join(' ')}
      href={props.href}
      aria-current={props.chosen ? 'page' : undefined}
      onContextMenu={props.onMenu}
    >
      {props.avatar}
      <span class="row-words">
        <span class="row-line">
          <bdi class="row-name clip" dir="auto">
            {props.name}
          </bdi>
          {signs.length > 0 && (
            <span class="row-signs">
              {signs.map((sign) => (
                <Icon key={sign.icon} name={sign.icon} size={16} label={sign.label} />
              ))}
            </span>
          )}
          <span class="row-time">{props.time}</span>
        </span>
        <span class="row-line row-line-second">
          {props.previewIcon && <span class="row-preview-icon">{props.previewIcon}</span>}
          {props.lead && <b class="t-small ink-accent">{props.lead}</b>}
          {props.who && <span class="row-who clip">{`${props.who} `}</span>}
          <span class="row-preview clip" dir="auto">
            {props.preview}
          </span>
          {unread && <Badge text={unread.text} label={unread.label} quiet={unread.quiet} />}
        </span>
      </span>
    </a>
  );
}

/** The place of a conversation that is not known yet. */
export function RowSkeleton() {
  return (
    <div class="row" aria-hidden="true">
      <span class="bone bone-round" />
      <span class="row-words">
        <span class="bone bone-40" />
        <span class="bone bone-70" />
      </span>
    </div>
  );
}

export interface ItemProps {
  readonly icon?: IconName | undefined;
  /** In place of the icon: an avatar or a tile. */
  readonly start?: ComponentChildren;
  readonly title: ComponentChildren;
  readonly detail?: ComponentChildren;
  readonly value?: ComponentChildren;
  /** At the end: a switch, buttons; replaces the chevron. */
  readonly end?: ComponentChildren;
  readonly href?: string | undefined;
  readonly onClick?: (() => void) | undefined;
  readonly danger?: boolean | undefined;
  /** What it leads to is beside it. */
  readonly chosen?: boolean;
  readonly short?: boolean;
  readonly chevron?: boolean;
  readonly role?: 'menuitem' | 'menuitemradio';
  readonly checked?: boolean;
}

function ItemInside(props: ItemProps) {
  return (
    <>
      {props.start}
      {props.icon && (
        <span class="item-icon">
          <Icon name={props.icon} size={22} />
        </span>
      )}
      <span class="grow">
        <span class="aligned" dir="auto">
          {props.title}
        </span>
        {props.detail && <span class="t-meta ink-3 item-detail">{props.detail}</span>}
      </span>
      {props.value !== undefined && <span class="item-value clip">{props.value}</span>}
      {props.end}
      {props.chevron && <Icon name="forward" size={18} />}
    </>
  );
}

/** A row of settings, members, files or a menu: a link with `href`, a button with `onClick`, otherwise text. */
export function Item(props: ItemProps) {
  const names = ['item'];
  if (props.short) names.push('item-short');
  if (props.danger) names.push('item-danger');
  if (props.chosen) names.push('item-chosen');
  const name = names.join(' ');
  if (props.href !== undefined) {
    return (
      <a class={name} href={props.href} aria-current={props.chosen ? 'page' : undefined}>
        <ItemInside {...props} />
      </a>
    );
  }
  if (props.onClick) {
    return (
      <button
        type="button"
        class={name}
        role={props.role}
        aria-checked={props.role === 'menuitemradio' ? props.checked : undefined}
        onClick={props.onClick}
      >
        <ItemInside {...props} />
      </button>
    );
  }
  return (
    <div class={name}>
      <ItemInside {...props} />
    </div>
  );
}
