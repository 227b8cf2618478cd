import { Icon } from './icons.tsx';
import { Button } from './button.tsx';
import type { IconName } from './icon-paths.ts';

export interface ToastView {
  readonly id: number;
  readonly text: string;
  readonly failed?: boolean;
  /** In place of the check, for what is neither done nor failed. */
  readonly icon?: IconName;
  readonly action?: { readonly label: string; readonly onPress: () => void };
}

/** What just happened, with at most one way to answer. Read aloud politely. */
export function Toast({ text, failed, icon, action }: Omit<ToastView, 'id'>) {
  return (
    <div class={`toast ${failed ? 'toast-failed' : ''}`}>
      <Icon name={icon ?? (failed ? 'information' : 'check')} size={20} />
      <span class="grow t-label">{text}</span>
      {action && (
        <Button kind="text" onClick={action.onPress}>
          {action.label}
        </Button>
      )}
    </div>
  );
}

export function Toasts({ list }: { list: readonly ToastView[] }) {
  return (
    <div class="toasts" role="status" aria-live="polite">
      {list.map((toast) => (
        <Toast key={toast.id} {...toast} />
      ))}
    </div>
  );
}
