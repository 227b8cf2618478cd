import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { ar } from './ar.ts';
import { en } from './en.ts';
import { fr } from './fr.ts';
import { ru } from './ru.ts';
import { tg } from './tg.ts';
import { fill } from './fill.ts';
import { createFormat, daysBetween } from './format.ts';
import type { Catalogue, Parameters, WordKey } from './catalogue.ts';
import type { Plural } from './plural.ts';

const catalogues: Readonly<Record<string, Catalogue>> = { ar, en, fr, ru, tg };
const keys = Object.keys(en) as WordKey[];

function forms(text: string | Plural): readonly string[] {
  return typeof text === 'string' ? [text] : Object.values(text);
}

function places(text: string): ReadonlySet<string> {
  return new Set([...text.matchAll(/\{(\w+)\}/g)].map((match) => match[1] ?? ''));
}

test('a key belongs to one area, so that none hides another', () => {
  const folder = new URL('en/', import.meta.url);
  const written = readdirSync(folder).flatMap((name) =>
    [...readFileSync(new URL(name, folder), 'utf8').matchAll(/^ {2}(\w+):/gm)].map((match) => match[1] ?? ''),
  );
  assert.deepEqual(written.toSorted(), keys.toSorted());
});

for (const [language, catalogue] of Object.entries(catalogues)) {
  test(`${language}: every text is there, not empty, and knows only the places of the English one`, () => {
    assert.deepEqual(Object.keys(catalogue).toSorted(), keys.toSorted());
    for (const key of keys) {
      const known = new Set(forms(en[key]).flatMap((form) => [...places(form)]));
      for (const form of forms(catalogue[key])) {
        assert.notEqual(form.trim(), '', key);
        for (const place of places(form)) assert.ok(known.has(place), `${key}: {${place}}`);
      }
    }
  });

  test(`${language}: what must be named is named, and no text shouts`, () => {
    for (const key of keys) {
      const needed = typeof en[key] === 'string' ? places(en[key]) : new Set<string>();
      const text = catalogue[key];
      for (const place of needed)
        assert.ok(
          forms(text).every((form) => places(form).has(place)),
          `${key}: {${place}}`,
        );
      for (const form of forms(text)) assert.doesNotMatch(form, /[!！]/, key);
    }
  });

  test(`${language}: the plural forms are those the language has`, () => {
    const rules = new Intl.PluralRules(language === 'tg' ? 'en' : language);
    const usable = new Set<string>([...rules.resolvedOptions().pluralCategories, 'zero']);
    for (const key of keys) {
      const text = catalogue[key];
      if (typeof text === 'string') continue;
      for (const form of Object.keys(text)) assert.ok(usable.has(form), `${key}: ${form}`);
    }
  });
}

test('Arabic letters stay in Arabic, Cyrillic in Cyrillic', () => {
  for (const key of keys) {
    for (const form of forms(ar[key])) {
      assert.doesNotMatch(
        form.replace(/\{\w+\}|Matrix|majlis\.example\.org|Alt|[MVHC](?=\s|،|$| )/g, ''),
        /[A-Za-z]{2}/,
        key,
      );
    }
  }
});

const words = (locale: string) => {
  const catalogue = catalogues[locale.slice(0, 2)] ?? en;
  const format = createFormat(locale, (key: WordKey, parameters: Parameters = {}) =>
    fill(catalogue[key], parameters, format),
  );
  return { format, say: (key: WordKey, parameters: Parameters) => fill(catalogue[key], parameters, format) };
};

test('texts are isolated, numbers take the reader’s digits', () => {
  const { say } = words('ar-u-nu-arab');
  assert.equal(say('newMessages', { count: 3 }), '٣ رسائل جديدة');
  assert.equal(say('newMessages', { count: 2 }), 'رسالتان جديدتان');
  assert.equal(say('newMessages', { count: 11 }), '١١ رسالة جديدة');
  assert.equal(say('writeTo', { room: 'Old Market' }), 'رسالة إلى \u2068Old Market\u2069');
  assert.equal(words('ru').say('newMessages', { count: 3 }), '3 новых сообщения');
  assert.equal(words('ru').say('newMessages', { count: 5 }), '5 новых сообщений');
});

test('a place without a parameter is left to be seen', () => {
  assert.equal(words('en-GB').say('writeTo', {}), 'Write to {room}');
});

const noon = new Date(2025, 10, 13, 12, 0).getTime();
const at = (day: number, hour: number, minute: number) => new Date(2025, 10, day, hour, minute).getTime();

test('a moment in the list is a time, yesterday, a weekday or a date', () => {
  const { format } = words('en-GB');
  assert.equal(format.moment(at(13, 9, 5), noon), '9:05');
  assert.equal(format.moment(at(12, 23, 59), noon), 'Yesterday');
  assert.equal(format.moment(at(11, 9, 0), noon), 'Tue');
  assert.equal(format.moment(at(1, 9, 0), noon), '1 November');
  assert.equal(words('ar-u-nu-arab').format.moment(at(13, 9, 40), noon), '٩:٤٠');
  assert.equal(daysBetween(at(12, 23, 59), at(13, 0, 0)), 1);
});

test('a day between messages', () => {
  assert.equal(words('en-GB').format.day(at(13, 9, 0), noon), 'Thursday 13 November');
  assert.equal(words('ar-u-nu-arab').format.day(at(13, 9, 0), noon), 'الخميس ١٣ نوفمبر');
  assert.equal(words('ru').format.day(at(13, 9, 0), noon), 'четверг 13 ноября');
  assert.equal(words('tg').format.day(at(13, 9, 0), noon), 'панҷшанбе 13 ноябр');
  assert.equal(words('en-GB').format.day(new Date(2024, 0, 2).getTime(), noon), '2 January 2024');
});

test('sizes are decimal and short', () => {
  const { format } = words('en-GB');
  assert.equal(format.size(0), '0 KB');
  assert.equal(format.size(12), '1 KB');
  assert.equal(format.size(310_000), '310 KB');
  assert.equal(format.size(1_230_000), '1.2 MB');
  assert.equal(format.size(999_999), '1 MB');
  assert.equal(format.size(2_500_000_000), '2.5 GB');
  assert.equal(words('ar-u-nu-arab').format.size(310_000), '٣١٠ ك.ب');
});

test('durations and badges', () => {
  const { format } = words('en-GB');
  assert.equal(format.duration(24_000), '0:24');
  assert.equal(format.duration(3_723_000), '1:02:03');
  assert.equal(format.badge(4), '4');
  assert.equal(format.badge(120), '99+');
});

test('no text lies about unused', () => {
  const folder = new URL('../', import.meta.url);
  const sources = readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => /\.tsx?$/.test(name) && !/^words\/(ar|en|fr|ru|tg)(\/|\.ts$)/.test(name))
    .map((name) => readFileSync(new URL(name, folder), 'utf8'))
    .join('\n');
  const quoted = new Set([...sources.matchAll(/'(\w+)'/g)].map((match) => match[1] ?? ''));
  assert.deepEqual(
    keys.filter((key) => !quoted.has(key)),
    [],
  );
});
