import type { SealedKeys } from '@majlis/protocol';

const boxes_per_recipient_max = 200;

/**
 * Boxes of keys in passing: sealed by browsers, opened by browsers, kept in memory for the length of a meeting. The
 * version orders everything that anybody at a room's lobby can wait for.
 */
export class Boxes {
  readonly #boxes = new Map<string, SealedKeys[]>();

  put(recipient: string, box: SealedKeys): void {
    const list = this.#boxes.get(recipient) ?? [];
    if (list.length >= boxes_per_recipient_max) {
      list.shift();
    }
    list.push(box);
    this.#boxes.set(recipient, list);
  }

  after(recipient: string, version: number): SealedKeys[] {
    return (this.#boxes.get(recipient) ?? []).filter((box) => box.version > version);
  }

  drop(recipient: string): void {
    this.#boxes.delete(recipient);
  }
}
