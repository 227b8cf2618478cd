import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { accentStyleSheet, contrast, defaultAccent, defaultTokens, deriveAccent, themes } from './accent.ts';
import type { Accent, AccentTokens } from './accent.ts';

/** The tokens for a colour that fits. */
function tokensOf(colour: string): Accent {
  const derived = deriveAccent(colour);
  assert.ok(!('wanted' in derived), `${colour}: ${JSON.stringify(derived)}`);
  return derived;
}

/** Every pair of text and ground that the app makes of the five tokens. */
function pairs(set: AccentTokens, { grounds, inks }: (typeof themes)['light']): [string, string][] {
  return [
    ...[...grounds, set.soft].map((ground): [string, string] => [set.accent, ground]),
    ...inks.map((ink): [string, string] => [ink, set.soft]),
    [set['on-accent'], set.accent],
    [set['on-accent'], set['accent-press']],
    [set['soft-ink'], set.soft],
  ];
}

function assertReadable(colour: string, accent: Accent): void {
  for (const theme of ['light', 'dark'] as const) {
    for (const [ink, ground] of pairs(accent[theme], themes[theme])) {
      assert.ok(contrast(ink, ground) >= 4.5, `${colour}, ${theme}: ${ink} on ${ground}`);
    }
  }
}

/** All colours whose parts are these. */
function* grid(): Generator<string> {
  const parts = ['00', '21', '4D', '80', 'A6', 'D0', 'FF'];
  for (const red of parts)
    for (const green of parts) for (const blue of parts) yield `#${red}${green}${blue}`;
}

describe('the accent of the operator', () => {
  it('measures contrast as WCAG 2 does', () => {
    assert.equal(contrast('#000000', '#FFFFFF'), 21);
    assert.equal(contrast('#FFFFFF', '#FFFFFF'), 1);
    // The best known borderline cases: one step of grey apart.
    assert.ok(contrast('#767676', '#FFFFFF') >= 4.5 && contrast('#777777', '#FFFFFF') < 4.5);
    assert.equal(contrast('#FF0000', '#FFFFFF').toFixed(2), '4.00');
  });

  it('every pair can be read, whatever the colour, or the colour is refused for one that is taken', () => {
    const counts = { taken: 0, refused: 0 };
    for (const colour of grid()) {
      const derived = deriveAccent(colour);
      if ('wanted' in derived) {
        counts.refused += 1;
        const instead = /such as (#[\dA-F]{6})/.exec(derived.wanted)?.[1] ?? '';
        assertReadable(instead, tokensOf(instead));
      } else {
        counts.taken += 1;
        assertReadable(colour, derived);
      }
    }
    assert.ok(counts.taken > 100 && counts.refused > 100, JSON.stringify(counts));
  });

  it('a colour that can be read stays exactly what the operator gave', () => {
    for (const colour of ['#1E5AA8', '#7B1FA2', '#0000FF', '#000000'])
      assert.equal(tokensOf(colour).light.accent, colour);
    assert.deepEqual(deriveAccent('#1e5aa8'), deriveAccent('#1E5AA8'));
  });

  it('a colour a little too light is darkened, one far too light is refused with another', () => {
    assert.ok(contrast('#E53935', '#EBE8E0') < 4.5);
    assert.equal(tokensOf('#E53935').light.accent, '#CA141C');
    for (const colour of ['#FFFF00', '#FFFFFF', '#FF9800', '#4CAF50', '#6FCDB8']) {
      const derived = deriveAccent(colour);
      assert.ok('wanted' in derived && derived.wanted.startsWith('a darker colour, such as #'), colour);
    }
  });

  it("next to the design's colour it finds nearly the design's tokens", () => {
    const near = tokensOf('#0E6B5D');
    for (const theme of ['light', 'dark'] as const) {
      for (const [name, colour] of Object.entries(defaultTokens[theme])) {
        const found = near[theme][name as keyof AccentTokens];
        for (const at of [1, 3, 5]) {
          const apart = Math.abs(
            Number.parseInt(colour.slice(at, at + 2), 16) - Number.parseInt(found.slice(at, at + 2), 16),
          );
          assert.ok(apart <= 4, `${theme} ${name}: ${found} is not ${colour}`);
        }
      }
    }
  });

  it('knows the tokens of the web app', () => {
    const css = readFileSync(join(import.meta.dirname, '../../../web/src/styles/tokens.css'), 'utf8');
    const dark = css.slice(css.indexOf("\n[data-theme='dark']"));
    const token = (sheet: string, name: string): string =>
      new RegExp(`--${name}: (#[\\da-f]{6});`).exec(sheet)?.[1]?.toUpperCase() ?? `no --${name}`;
    for (const [theme, sheet] of [
      ['light', css],
      ['dark', dark],
    ] as const) {
      const { grounds, inks } = themes[theme];
      assert.deepEqual(
        ['paper', 'surface', 'well'].map((name) => token(sheet, name)),
        grounds,
      );
      assert.deepEqual(
        ['ink', 'ink-2', 'ink-3', 'danger'].map((name) => token(sheet, name)),
        inks,
      );
      for (const [name, colour] of Object.entries(defaultTokens[theme]))
        assert.equal(token(sheet, name), colour, `${theme} ${name}`);
    }
    assertReadable(defaultAccent, defaultTokens);
  });

  it('is a sheet of five tokens per theme, and empty for the colour of the app', () => {
    assert.equal(accentStyleSheet(defaultAccent), '');
    assert.equal(accentStyleSheet(defaultAccent.toLowerCase()), '');
    const sheet = accentStyleSheet('#1E5AA8');
    assert.match(sheet, /^:root:root\{--accent:#1E5AA8;--accent-press:#154582;--on-accent:#FFFFFF;/);
    assert.equal(sheet.match(/--[a-z-]+:#[\dA-F]{6}/g)?.length, 15);
  });
});
