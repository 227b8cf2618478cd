import { effect, signal, untracked } from '@preact/signals';
import type { ReadonlySignal } from '@preact/signals';
import { say } from '../words/words.ts';
import { errorWords } from './error-words.ts';
import type { ToastView } from '../ui/toast.tsx';

/** What is being told at the edge of the screen, oldest first, at most three. */
export const toasts = signal<readonly ToastView[]>([]);

let lastId = 0;
const shownFor = 5000;

/** Tells the user something that just happened. It goes by itself after five seconds, later if it can be answered. */
export function tell(text: string, options: Omit<ToastView, 'id' | 'text'> = {}): void {
  lastId += 1;
  const id = lastId;
  const dismiss = () => {
    toasts.value = toasts.value.filter((toast) => toast.id !== id);
  };
  const { action, ...rest } = options;
  const toast: ToastView = { id, text, ...rest };
  const answered = action && {
    label: action.label,
    onPress: () => {
      dismiss();
      action.onPress();
    },
  };
  toasts.value = [...toasts.value.slice(-2), answered ? { ...toast, action: answered } : toast];
  setTimeout(dismiss, action ? shownFor * 2 : shownFor);
}

/** Tells what went wrong, if it is worth telling. */
export function tellError(thrown: unknown): void {
  const text = errorWords(thrown, say);
  if (text !== undefined) tell(text, { failed: true });
}

/** Does something and tells when it fails. Answers whether it worked. */
export async function attempt(action: () => Promise<unknown>): Promise<boolean> {
  try {
    await action();
    return true;
  } catch (error) {
    tellError(error);
    return false;
  }
}

/** Tells what breaks outside any action, as it breaks. */
export function tellFaults(fault: ReadonlySignal<unknown>): void {
  effect(() => {
    const broken = fault.value;
    if (broken !== undefined) untracked(() => tellError(broken));
  });
}
