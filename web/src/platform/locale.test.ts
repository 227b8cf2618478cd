import assert from 'node:assert/strict';
import { test } from 'node:test';
import { chooseLanguage, localeFor } from './locale.ts';

test('the chosen language wins, then the first of the browser that we speak, then English', () => {
  assert.equal(chooseLanguage('ar', ['en']), 'ar');
  assert.equal(chooseLanguage(undefined, ['de-DE', 'fr-CA', 'en']), 'fr');
  assert.equal(chooseLanguage('xx', ['AR-eg']), 'ar');
  assert.equal(chooseLanguage(undefined, ['zh']), 'en');
  assert.equal(chooseLanguage(undefined, []), 'en');
});

function digits(locale: string): string {
  return new Intl.NumberFormat(locale).format(12);
}

test('digits follow the region of the browser', () => {
  assert.equal(digits(localeFor('ar', ['en-US'])), '١٢');
  assert.equal(digits(localeFor('ar', ['ar-EG'])), '١٢');
  assert.equal(digits(localeFor('ar', ['ar-MA'])), '12');
  assert.equal(digits(localeFor('ru', ['ar-EG'])), '12');
});
