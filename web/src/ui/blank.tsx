import { EmptyStar } from './star.tsx';
import type { ComponentChildren } from 'preact';

export interface BlankProps {
  readonly title: string;
  readonly detail: ComponentChildren;
  readonly actions?: ComponentChildren;
  readonly boxed?: boolean;
  readonly tall?: boolean;
}

/** Nothing here yet: the star, one sentence, at most two actions. */
export function EmptyState({ title, detail, actions, boxed, tall }: BlankProps) {
  return (
    <div class={`blank ${boxed ? 'blank-box' : ''} ${tall ? 'blank-tall' : ''}`}>
      <EmptyStar />
      <h2 class="t-heading">{title}</h2>
      <p class="t-small ink-2">{detail}</p>
      {actions && <div class="blank-actions">{actions}</div>}
    </div>
  );
}

/** What did not work, in place, with what can still be done. */
export function ErrorState({ title, detail, actions, boxed, tall }: BlankProps) {
  return (
    <div class={`blank ${boxed ? 'blank-box' : ''} ${tall ? 'blank-tall' : ''}`} role="alert">
      <h2 class="t-heading">{title}</h2>
      <p class="t-small ink-2">{detail}</p>
      {actions && <div class="blank-actions">{actions}</div>}
    </div>
  );
}
