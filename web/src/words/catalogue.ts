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

/** One language, complete. What is a plural in English is a plural everywhere. */
export type Catalogue = {
  readonly [Key in WordKey]: (typeof en)[Key] extends string ? string : Plural;
};

/** Texts are isolated so that their direction cannot disturb the sentence; numbers get the reader's digits. */
export type Parameters = Readonly<Record<string, string | number>>;
