import type { SendState } from '../matrix/door.ts';
import type { TickState } from '../ui/bubble.tsx';
import type { WordKey } from '../words/catalogue.ts';

/** How the state of an own message is drawn and said. */
export const ticks: Readonly<
  Record<SendState['is'], { readonly state: TickState; readonly label: WordKey }>
> = {
  queued: { state: 'waiting', label: 'tickWaiting' },
  sending: { state: 'waiting', label: 'tickWaiting' },
  sent: { state: 'sent', label: 'tickSent' },
  delivered: { state: 'delivered', label: 'tickDelivered' },
  read: { state: 'read', label: 'tickRead' },
  failed: { state: 'failed', label: 'failedHint' },
};
