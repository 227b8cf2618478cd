import type { en } from './en.ts';

/** A text whose form follows a number, by the CLDR categories of the language. `count` is the number. */
export interface Plural {
  readonly zero?: string;
  readonly one?: string;
  readonly two?: string;
  readonly few?: string;
  readonly many?: string;
  readonly other: string;
}

export type WordKey = keyof typeof en;

/** What a part of the English catalogue is in another language: complete, and a plural where English has one. */
export type Translation<English> = {
  readonly [Key in keyof English]: English[Key] extends string ? string : Plural;
};

/** One language, complete. */
export type Catalogue = Translation<typeof en>;

/** Texts are isolated so that their direction cannot disturb the sentence; numbers get the reader's digits. */
export type Parameters = Readonly<Record<string, string | number>>;
