import type { Parameters, WordKey } from './catalogue.ts';
import type { NumberWords } from './fill.ts';

/** Numbers, times, days and sizes in one locale. */
export interface Format extends NumberWords {
  /** "10:12", by the clock of the device. */
  time(ms: number): string;
  /** For a list: the time today, "Yesterday", the weekday within a week, otherwise day and month. */
  moment(ms: number, now: number): string;
  /** For a line between days: "Thursday 13 November", with the year when it is another one. */
  day(ms: number, now: number): string;
  /** "13 November 2025, 10:12" */
  full(ms: number): string;
  /** Short weekday and day of the month, for a date tile. */
  tile(ms: number): { readonly name: string; readonly number: string };
  /** "310 KB", "1.2 MB"; decimal units. */
  size(bytes: number): string;
  /** "0:24" or "1:02:03". */
  duration(ms: number): string;
  /** Names one after the other. */
  list(names: readonly string[]): string;
  /** A count for a badge: at most "99+". */
  badge(count: number): string;
}

interface DateParts {
  readonly weekday: string;
  readonly weekdayShort: string;
  readonly dayMonth: string;
}

/** Tajik, which the data of most browsers does not hold. */
const tajik = {
  weekdays: ['якшанбе', 'душанбе', 'сешанбе', 'чоршанбе', 'панҷшанбе', 'ҷумъа', 'шанбе'],
  months: 'январ феврал март апрел май июн июл август сентябр октябр ноябр декабр'.split(' '),
};

export function createFormat(locale: string, say: (key: WordKey, parameters?: Parameters) => string): Format {
  const own = locale.startsWith('tg');
  const usable = own ? 'ru' : locale;
  const whole = new Intl.NumberFormat(usable, { maximumFractionDigits: 0 });
  const tenth = new Intl.NumberFormat(usable, { maximumFractionDigits: 1 });
  const two = new Intl.NumberFormat(usable, { minimumIntegerDigits: 2, useGrouping: false });
  const plurals = new Intl.PluralRules(own ? 'en' : locale);
  const datePart = (options: Intl.DateTimeFormatOptions) => {
    const formatter = new Intl.DateTimeFormat(usable, { ...options, calendar: 'gregory' });
    return (ms: number) => formatter.format(ms);
  };
  const intl = {
    weekday: datePart({ weekday: 'long' }),
    weekdayShort: datePart({ weekday: locale.startsWith('ar') ? 'long' : 'short' }),
    dayMonth: datePart({ day: 'numeric', month: 'long' }),
  };
  const parts = (ms: number): DateParts => {
    if (!own) {
      return {
        weekday: intl.weekday(ms),
        weekdayShort: intl.weekdayShort(ms),
        dayMonth: intl.dayMonth(ms),
      };
    }
    const date = new Date(ms);
    const weekday = tajik.weekdays[date.getDay()] ?? '';
    return {
      weekday,
      weekdayShort: weekday,
      dayMonth: `${date.getDate()} ${tajik.months[date.getMonth()] ?? ''}`,
    };
  };
  const clock = (ms: number) => {
    const date = new Date(ms);
    return `${whole.format(date.getHours())}:${two.format(date.getMinutes())}`;
  };
  const year = (ms: number) => two.format(new Date(ms).getFullYear());
  const dayWords = (ms: number, now: number) => {
    const other = new Date(ms).getFullYear() !== new Date(now).getFullYear();
    const { weekday, dayMonth } = parts(ms);
    return other ? `${dayMonth} ${year(ms)}` : `${weekday} ${dayMonth}`;
  };
  return {
    number: (value) => tenth.format(value),
    plural: (value) => plurals.select(value),
    time: clock,
    moment: (ms, now) => {
      const days = daysBetween(ms, now);
      if (days <= 0) return clock(ms);
      if (days === 1) return say('yesterday');
      return days < 7 ? parts(ms).weekdayShort : parts(ms).dayMonth;
    },
    day: dayWords,
    full: (ms) =>
      `${parts(ms).dayMonth} ${year(ms)}، ${clock(ms)}`.replace('،', locale.startsWith('ar') ? '،' : ','),
    tile: (ms) => ({ name: parts(ms).weekdayShort, number: whole.format(new Date(ms).getDate()) }),
    size: (bytes) => sizeWords(bytes, say, (value) => (value < 10 ? tenth : whole).format(value)),
    duration: (ms) => durationWords(ms, whole, two),
    list: (names) => names.join(locale.startsWith('ar') ? '، ' : ', '),
    badge: (count) => (count > 99 ? `${whole.format(99)}+` : whole.format(count)),
  };
}

/** Whole local days from one moment to another: 0 on the same day, 1 the day after. */
export function daysBetween(ms: number, now: number): number {
  const start = new Date(ms).setHours(0, 0, 0, 0);
  const end = new Date(now).setHours(0, 0, 0, 0);
  return Math.round((end - start) / 86_400_000);
}

function sizeWords(
  bytes: number,
  say: (key: WordKey, parameters?: Parameters) => string,
  amount: (value: number) => string,
): string {
  // Already in the reader's digits, and shorter than a sentence: no isolation is needed inside.
  const plain = (key: WordKey, value: string) => say(key).replace('{amount}', value);
  if (bytes < 999_500)
    return plain('kilobytes', amount(Math.max(bytes === 0 ? 0 : 1, Math.round(bytes / 1000))));
  if (bytes < 999_500_000) return plain('megabytes', amount(bytes / 1_000_000));
  return plain('gigabytes', amount(bytes / 1_000_000_000));
}

function durationWords(ms: number, whole: Intl.NumberFormat, two: Intl.NumberFormat): string {
  const seconds = Math.max(0, Math.round(ms / 1000));
  const hours = Math.floor(seconds / 3600);
  const minutes = Math.floor((seconds % 3600) / 60);
  const rest = two.format(seconds % 60);
  return hours > 0
    ? `${whole.format(hours)}:${two.format(minutes)}:${rest}`
    : `${whole.format(minutes)}:${rest}`;
}
