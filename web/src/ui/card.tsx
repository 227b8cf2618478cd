import type { ComponentChildren } from 'preact';

/** A surface with a hairline. */
export function Card({
  children,
  pad,
  label,
}: {
  children: ComponentChildren;
  pad?: boolean;
  label?: string;
}) {
  return (
    <section class={`card ${pad ? 'card-pad' : ''}`} aria-label={label}>
      {children}
    </section>
  );
}

export interface MeetCardProps {
  readonly day?: { readonly name: string; readonly number: string } | undefined;
  readonly title: string;
  readonly detail: ComponentChildren;
  readonly action?: ComponentChildren;
  readonly start?: ComponentChildren;
}

/** A meeting with the one thing to do about it. Below 344 px its date tile goes. */
export function MeetCard({ day, title, detail, action, start }: MeetCardProps) {
  return (
    <section class="card meet-card">
      {start}
      {day && (
        <span class="date-tile" aria-hidden="true">
          {day.name}
          <b>{day.number}</b>
        </span>
      )}
      <span class="grow">
        <h2 class="t-heading clip" dir="auto">
          {title}
        </h2>
        <p class="t-small ink-2">{detail}</p>
      </span>
      {action}
    </section>
  );
}
