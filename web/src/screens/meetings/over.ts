import { say } from '../../words/words.ts';
import type { CallState } from '../../calls/door.ts';
import type { WordKey } from '../../words/catalogue.ts';

const words: Partial<Readonly<Record<CallState, readonly [title: WordKey, detail: WordKey | undefined]>>> = {
  refused: ['requestRefused', undefined],
  ended: ['meetingOver', undefined],
  removed: ['removedFromCall', undefined],
  lost: ['callLost', 'noConnectionTry'],
  unavailable: ['meetingsOff', 'meetingsOffDetail'],
  forbidden: ['notAllowed', 'meetingForbidden'],
};

/** Whether a meeting does not go on by itself. */
export function isOver(state: CallState): boolean {
  return words[state] !== undefined;
}

/** How a meeting ended, and what can be done. */
export function overWords(state: CallState): { readonly title: string; readonly detail: string } {
  const [title, detail] = words[state] ?? ['meetingOver', undefined];
  return { title: say(title), detail: detail ? say(detail) : '' };
}
