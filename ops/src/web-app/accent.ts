// The operator's one colour, as the tokens of both themes. Pure: the same colour gives the same tokens everywhere.

/** Tokens that differ from operator to operator, by their names in web/src/styles/tokens.css. */
export interface AccentTokens {
  /** Actions, links, focus. */
  readonly accent: string;
  /** The same, pressed. */
  readonly 'accent-press': string;
  /** Text on both. */
  readonly 'on-accent': string;
  /** Own bubbles, what is selected. */
  readonly soft: string;
  /** Text on it. */
  readonly 'soft-ink': string;
}

export interface Accent {
  readonly light: AccentTokens;
  readonly dark: AccentTokens;
}

interface Theme {
  /** Grounds that carry text in the accent. */
  readonly grounds: readonly string[];
  /** Text that stands on the soft ground: the three inks and what failed. */
  readonly inks: readonly string[];
}

/** What the accent meets in each theme; a test holds it to the tokens of the web app. */
export const themes: { readonly light: Theme; readonly dark: Theme } = {
  light: {
    grounds: ['#F5F3EE', '#FFFEFC', '#EBE8E0'],
    inks: ['#191D1B', '#474E4A', '#606661', '#A12F1E'],
  },
  dark: {
    grounds: ['#0F1311', '#1A201D', '#262D2A'],
    inks: ['#EBEEEA', '#B4BDB7', '#9BA49F', '#F39B8B'],
  },
};

/** The colour of the design, whose tokens were chosen by eye. */
export const defaultAccent = '#0E6B5C';

export const defaultTokens: Accent = {
  light: {
    accent: '#0E6B5C',
    'accent-press': '#0A5246',
    'on-accent': '#FFFFFF',
    soft: '#D9EAE3',
    'soft-ink': '#0A5246',
  },
  dark: {
    accent: '#6FCDB8',
    'accent-press': '#93DCCB',
    'on-accent': '#05241E',
    soft: '#1B3C34',
    'soft-ink': '#AEE6D8',
  },
};

/** Least contrast of text (WCAG 2, 1.4.3). */
export const leastContrast = 4.5;
/** How far a colour may be darkened (lightness of OKLab, 0 to 1) and still be the operator's own. */
const darkenedMost = 0.15;
const step = 0.005;

/**
 * Derives the tokens of both themes from one colour.
 * In the light theme it is the accent itself, a little darkened where text in it could not be read; the dark theme takes its hue.
 * @param colour `#RRGGBB`
 * @returns the tokens, or what is wanted instead: the end of a sentence that names a colour that fits
 */
export function deriveAccent(colour: string): Accent | { readonly wanted: string } {
  const given = colour.toUpperCase();
  if (given === defaultAccent) return defaultTokens;
  const pole = lchOf(given);
  const soft = softOf(pole, 'light');
  const grounds = [...themes.light.grounds, soft];
  const accent = readable(pole, -step, grounds, given);
  if (pole.lightness - lchOf(accent).lightness > darkenedMost) {
    const least = Math.min(...grounds.map((ground) => contrast(given, ground)));
    return {
      wanted: `a darker colour, such as ${accent}: text in this one would have a contrast of ${least.toFixed(1)} where ${leastContrast} is the least`,
    };
  }
  const press = pressOf(lchOf(accent));
  return {
    light: { accent, 'accent-press': press, 'on-accent': '#FFFFFF', soft, 'soft-ink': press },
    dark: darkTokens(pole),
  };
}

/** Lightness and shares of chroma are those of the design's own dark tokens. */
function darkTokens(pole: Lch): AccentTokens {
  const tone = (lightness: number, share: number): Lch => ({
    ...pole,
    lightness,
    chroma: Math.min(pole.chroma, 0.12) * share,
  });
  const soft = softOf(pole, 'dark');
  const accent = readable(tone(0.784, 1.15), step, [...themes.dark.grounds, soft]);
  return {
    accent,
    'accent-press': hexOf(tone(lchOf(accent).lightness + 0.058, 0.93)),
    'on-accent': readable(tone(0.236, 0.46), -step, [accent]),
    soft,
    'soft-ink': readable(tone(0.883, 0.72), step, [soft]),
  };
}

/** The ground of own bubbles: a breath of the hue, at which every ink can be read. */
function softOf(pole: Lch, theme: 'light' | 'dark'): string {
  const chroma = Math.min(pole.chroma * (theme === 'light' ? 0.24 : 0.5), theme === 'light' ? 0.03 : 0.05);
  const [lightness, towards] = theme === 'light' ? [0.922, step] : [0.328, -step];
  return readable({ ...pole, chroma, lightness }, towards, themes[theme].inks);
}

/** Pressed is darker; what is nearly black already becomes lighter. */
function pressOf(accent: Lch): string {
  const lightness = accent.lightness > 0.25 ? accent.lightness - 0.08 : accent.lightness + 0.2;
  return hexOf({ ...accent, lightness, chroma: accent.chroma * 0.83 });
}

/** The first colour from here towards black or white that has the least contrast with all others. @param first as it was given, so that it stays exact */
function readable(from: Lch, towards: number, others: readonly string[], first = hexOf(from)): string {
  let colour = first;
  for (let { lightness } = from; !hasContrast(colour, others) && lightness > 0 && lightness < 1;) {
    lightness += towards;
    colour = hexOf({ ...from, lightness });
  }
  return colour;
}

function hasContrast(colour: string, others: readonly string[]): boolean {
  return others.every((other) => contrast(colour, other) >= leastContrast);
}

/**
 * The style sheet that puts the tokens in place of the app's own; empty for the app's own colour. Its selectors weigh more than
 * those of tokens.css, so that the order of the sheets does not matter.
 * @param colour one that `deriveAccent` does not refuse
 */
export function accentStyleSheet(colour: string): string {
  const derived = deriveAccent(colour);
  if (derived === defaultTokens || 'wanted' in derived) return '';
  const { light, dark } = derived;
  const tokens = (set: AccentTokens): string =>
    Object.entries(set)
      .map(([name, colour]) => `--${name}:${String(colour)}`)
      .join(';');
  return [
    `:root:root{${tokens(light)}}`,
    `@media (prefers-color-scheme:dark){:root:root:not([data-theme]){${tokens(dark)}}}`,
    `[data-theme='dark'][data-theme='dark']{${tokens(dark)}}`,
    '',
  ].join('\n');
}

/** Contrast of two colours, 1 to 21 (WCAG 2, "contrast ratio"). */
export function contrast(one: string, other: string): number {
  const [dark = 0, light = 0] = [luminance(one), luminance(other)].toSorted((a, b) => a - b);
  return (light + 0.05) / (dark + 0.05);
}

/** WCAG 2, "relative luminance". */
function luminance(colour: string): number {
  const [red, green, blue] = linearOf(colour);
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

type Triple = readonly [number, number, number];

/** sRGB with its curve taken off, 0 to 1 each. */
function linearOf(colour: string): Triple {
  const part = (at: number): number => {
    const value = Number.parseInt(colour.slice(at, at + 2), 16) / 255;
    return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
  };
  return [part(1), part(3), part(5)];
}

/** OKLab in polar form: equal steps of lightness look equal, whatever the hue. */
interface Lch {
  /** 0 to 1. */
  readonly lightness: number;
  readonly chroma: number;
  /** Radians. */
  readonly hue: number;
}

// The matrices are those of the definition of OKLab (CSS Color 4, §10 "Sample code for color conversions").
function lchOf(colour: string): Lch {
  const [red, green, blue] = linearOf(colour);
  const long = Math.cbrt(0.4122214708 * red + 0.5363325363 * green + 0.0514459929 * blue);
  const middle = Math.cbrt(0.2119034982 * red + 0.6806995451 * green + 0.1073969566 * blue);
  const short = Math.cbrt(0.0883024619 * red + 0.2817188376 * green + 0.6299787005 * blue);
  const a = 1.9779984951 * long - 2.428592205 * middle + 0.4505937099 * short;
  const b = 0.0259040371 * long + 0.7827717662 * middle - 0.808675766 * short;
  return {
    lightness: 0.2104542553 * long + 0.793617785 * middle - 0.0040720468 * short,
    chroma: Math.hypot(a, b),
    hue: Math.atan2(b, a),
  };
}

/** Linear sRGB; parts outside 0 to 1 are colours that no screen has. */
function linearOfLch({ lightness, chroma, hue }: Lch): Triple {
  const a = chroma * Math.cos(hue);
  const b = chroma * Math.sin(hue);
  const long = (lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3;
  const middle = (lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3;
  const short = (lightness - 0.0894841775 * a - 1.291485548 * b) ** 3;
  return [
    4.0767416621 * long - 3.3077115913 * middle + 0.2309699292 * short,
    -1.2684380046 * long + 2.6097574011 * middle - 0.3413193965 * short,
    -0.0041960863 * long - 0.7034186147 * middle + 1.707614701 * short,
  ];
}

/** The nearest colour that screens have: lightness and hue stay, chroma gives way. */
function hexOf(wanted: Lch): string {
  const lightness = Math.min(1, Math.max(0, wanted.lightness));
  let { chroma } = wanted;
  const parts = (): Triple => linearOfLch({ ...wanted, lightness, chroma });
  while (chroma > 0 && parts().some((part) => part < -0.0005 || part > 1.0005)) {
    chroma = Math.max(0, chroma - 0.002);
  }
  return `#${parts()
    .map((part) => {
      const inside = Math.min(1, Math.max(0, part));
      const value = inside <= 0.0031308 ? inside * 12.92 : 1.055 * inside ** (1 / 2.4) - 0.055;
      return Math.round(value * 255)
        .toString(16)
        .padStart(2, '0');
    })
    .join('')
    .toUpperCase()}`;
}
