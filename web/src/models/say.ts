import type { Parameters, WordKey } from '../words/catalogue.ts';

/** How a model asks for words; `say` of `words.ts` in the app. */
export type Say = (key: WordKey, parameters?: Parameters) => string;
