// One option of the server: its name, its meaning, its limits, and how its text is read.

import { exitCodes, Problem } from '../problem.ts';

export interface Option<Value> {
  /** Name in the reference, e.g. `integer`. */
  readonly type: string;
  readonly description: string;
  /** What values are taken, in words. */
  readonly limits: string;
  /** What holds when no source sets it. */
  readonly defaultValue: Value;
  /** The default in words, where the value alone would not say it. */
  readonly defaultText: string;
  /** Never printed. */
  readonly secret: boolean;
  /** A second name in the environment, for names the whole field knows. */
  readonly environmentName: string | undefined;
  /** On a command line `--name` alone means true. */
  readonly bare: boolean;
  /** Turns text into the value, or returns a sentence's end saying what is wanted instead. */
  readonly read: (text: string) => { readonly value: Value } | { readonly wanted: string };
}

/** Options by name; names are in kebab case and unique across sections. */
export type Options = Readonly<Record<string, Option<unknown>>>;

export interface Section<Members extends Options> {
  readonly title: string;
  readonly introduction: string;
  readonly options: Members;
}

/** The values of a section. */
export type Values<Members extends Options> = {
  readonly [Name in keyof Members]: Members[Name] extends Option<infer Value> ? Value : never;
};

interface Extras<Value> {
  readonly default: Value;
  readonly defaultText?: string;
  readonly secret?: boolean;
  readonly environmentName?: string;
}

function option<Value>(
  type: string,
  description: string,
  limits: string,
  extras: Extras<Value>,
  read: Option<Value>['read'],
): Option<Value> {
  return {
    type,
    description,
    limits,
    defaultValue: extras.default,
    defaultText: extras.defaultText ?? (extras.default === undefined ? 'none' : String(extras.default)),
    secret: extras.secret ?? false,
    environmentName: extras.environmentName,
    bare: type === 'yes or no',
    read,
  };
}

/** A line of text, checked by a pattern. */
export function text<Value extends string | undefined>(
  description: string,
  extras: Extras<Value> & {
    readonly pattern?: RegExp;
    readonly limits?: string;
    readonly charactersMax?: number;
  },
): Option<string | Value> {
  const charactersMax = extras.charactersMax ?? 1024;
  const limits = extras.limits ?? `at most ${charactersMax} characters`;
  return option<string | Value>('text', description, limits, extras, (given) => {
    const fits = given.length > 0 && given.length <= charactersMax && !given.includes('\0');
    return fits && (extras.pattern?.test(given) ?? true) ? { value: given } : { wanted: limits };
  });
}

/** A colour as `#RRGGBB`; `refusal` says what is wanted instead of one that has the form but does not do. */
export function colour(
  description: string,
  extras: Extras<string> & {
    readonly limits: string;
    readonly refusal: (given: string) => string | undefined;
  },
): Option<string> {
  return option('colour', description, extras.limits, extras, (given) => {
    const wanted = /^#[\da-f]{6}$/i.test(given) ? extras.refusal(given) : 'a colour such as #0E6B5C';
    return wanted === undefined ? { value: given.toUpperCase() } : { wanted };
  });
}

/** An absolute http or https address, without query and fragment; a closing slash is taken off. */
export function address<Value extends string | undefined>(
  description: string,
  extras: Extras<Value> & { readonly schemes: readonly string[] },
): Option<string | Value> {
  const limits = `an address beginning with ${extras.schemes.map((scheme) => `${scheme}://`).join(' or ')}`;
  return option<string | Value>('address', description, limits, extras, (given) => {
    const url = URL.canParse(given) ? new URL(given) : undefined;
    const fits = url !== undefined && extras.schemes.includes(url.protocol.slice(0, -1)) && url.hash === '';
    return fits ? { value: given.replace(/\/+$/, '') } : { wanted: limits };
  });
}

/** Origins such as `https://push.example`, with commas between. */
export function origins(description: string, extras: Extras<readonly string[]>): Option<readonly string[]> {
  const limits = 'origins such as https://push.example, with commas between; at most 50';
  return option('origins', description, limits, extras, (given) => {
    const list = given.split(',').map((one) => one.trim());
    const fits = list.every((one) => {
      const url = URL.canParse(one) ? new URL(one) : undefined;
      return url !== undefined && /^https?:$/.test(url.protocol) && url.origin === one.replace(/\/$/, '');
    });
    return fits && list.length <= 50
      ? { value: list.map((one) => one.replace(/\/$/, '')) }
      : { wanted: limits };
  });
}

export function integer<Value extends number | undefined>(
  description: string,
  extras: Extras<Value> & { readonly min: number; readonly max: number; readonly unit?: string },
): Option<number | Value> {
  const limits = `${extras.min} to ${extras.max}${extras.unit === undefined ? '' : ` ${extras.unit}`}`;
  return option<number | Value>('integer', description, limits, extras, (given) => {
    const value = /^-?\d{1,15}$/.test(given) ? Number(given) : Number.NaN;
    return value >= extras.min && value <= extras.max ? { value } : { wanted: `a whole number, ${limits}` };
  });
}

const units: Readonly<Record<string, number>> = { '': 1, k: 1024, m: 1024 ** 2, g: 1024 ** 3 };

/** A number of bytes; `50M` is 50 × 1024² bytes. */
export function size(
  description: string,
  extras: Extras<number> & { readonly min: number; readonly max: number },
): Option<number> {
  const limits = `${sizeText(extras.min)} to ${sizeText(extras.max)}, in bytes or with k, M or G`;
  return option(
    'size',
    description,
    limits,
    { ...extras, defaultText: sizeText(extras.default) },
    (given) => {
      const match = /^(\d{1,15})([kmg]?)$/i.exec(given);
      const value =
        match === null ? Number.NaN : Number(match[1]) * (units[(match[2] ?? '').toLowerCase()] ?? 1);
      return value >= extras.min && value <= extras.max ? { value } : { wanted: limits };
    },
  );
}

function sizeText(bytes: number): string {
  if (bytes >= 1024 ** 3) return `${bytes / 1024 ** 3}G`;
  if (bytes >= 1024 ** 2) return `${bytes / 1024 ** 2}M`;
  return bytes >= 1024 ? `${bytes / 1024}k` : String(bytes);
}

export function yesNo<Value extends boolean | undefined>(
  description: string,
  extras: Extras<Value>,
): Option<boolean | Value> {
  const defaultText = extras.defaultText ?? (extras.default === true ? 'yes' : 'no');
  return option<boolean | Value>(
    'yes or no',
    description,
    'yes, no, true, false, 1 or 0',
    { ...extras, defaultText },
    (given) => {
      if (/^(?:true|yes|1|on)$/i.test(given)) return { value: true };
      if (/^(?:false|no|0|off)$/i.test(given)) return { value: false };
      return { wanted: 'yes or no' };
    },
  );
}

export function choice<const Value extends string, Default extends Value | undefined>(
  description: string,
  values: readonly Value[],
  extras: Extras<Default>,
): Option<Value | Default> {
  const limits = values.join(', ');
  return option<Value | Default>('choice', description, limits, extras, (given) => {
    const value = values.find((one) => one === given);
    return value === undefined ? { wanted: `one of ${limits}` } : { value };
  });
}

/** The refusal of a value or name, naming where it came from. */
export function badOption(sentence: string): Problem {
  return new Problem(
    sentence,
    'docs/configuration.md lists every option with its limits.',
    exitCodes.badOption,
  );
}
