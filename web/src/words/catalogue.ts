import type { en } from './en.ts';
import type { Plural } from './plural.ts';

export type WordKey = keyof typeof en;

/** What a part of the English catalogue is in another language: complete, and a plural where English has one. */
export type Translation<English> = {
  readonly [Key in keyof English]: English[Key] extends string ? string : Plural;
};

/** One language, complete. */
export type Catalogue = Translation<typeof en>;

/** Texts are isolated so that their direction cannot disturb the sentence; numbers get the reader's digits. */
export type Parameters = Readonly<Record<string, string | number>>;
