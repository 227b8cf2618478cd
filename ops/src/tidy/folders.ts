// A function lives with the noun it serves; these folder names are drawers for functions without a noun.

import type { Finding } from './source.ts';

const forbidden = new Set(['utils', 'util', 'common', 'helpers', 'helper', 'shared', 'misc', 'lib', 'core']);

/** Checks the folders (and bare file names) of a list of paths; each is reported once. */
export function checkFolders(paths: readonly string[]): Finding[] {
  const findings = new Map<string, Finding>();
  for (const path of paths) {
    const segments = path.split('/');
    segments.forEach((segment, index) => {
      const name = index === segments.length - 1 ? segment.replace(/(\.test)?\.[a-z]+$/, '') : segment;
      if (!forbidden.has(name)) return;
      const place = segments.slice(0, index + 1).join('/');
      findings.set(place, {
        path: place,
        line: 1,
        message: `the name ${name} says nothing; name the thing it holds`,
      });
    });
  }
  return [...findings.values()];
}
