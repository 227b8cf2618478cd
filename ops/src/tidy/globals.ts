// Server rooms get time, chance, the network and their settings handed in, so that every test can know them exactly.

import type { Finding, SourceFile } from './source.ts';
import { lineAt } from './source.ts';

const serverRooms = new Set(['protocol', 'storage', 'homeserver', 'meetings']);

const banned: readonly { readonly pattern: RegExp; readonly message: string }[] = [
  { pattern: /\bDate\s*\.\s*now\b/g, message: 'Date.now: take a clock and call clock.now()' },
  {
    pattern: /\bnew\s+Date\s*(?:\(\s*\)|(?!\s*\()(?=[\s;,)]))/g,
    message: 'new Date() without argument: new Date(clock.now())',
  },
  { pattern: /\bperformance\s*\.\s*now\b/g, message: 'performance.now: take a clock and call clock.now()' },
  { pattern: /\bprocess\s*\.\s*hrtime\b/g, message: 'process.hrtime: take a clock and call clock.now()' },
  { pattern: /\bMath\s*\.\s*random\b/g, message: 'Math.random: take random and call random.bytes(n)' },
  {
    pattern: /\b(?:randomUUID|randomBytes|randomInt|randomFill|randomFillSync|getRandomValues)\b/g,
    message: 'a random source: take random and call random.bytes(n)',
  },
  {
    pattern: /\bprocess\s*\.\s*(?:env|exit|on|once|argv)\b/g,
    message: 'process: settings and signals belong to ops',
  },
  {
    pattern: /\bglobalThis\s*\.\s*(?:fetch|crypto|Date|performance)\b/g,
    message: 'a banned global: it is handed in by ops',
  },
];

const fetchCall = /(?<![.\w$#])fetch\s*\(/g;
const fetchBinding = /\b(?:const|let|function)\s+fetch\b|[{,(]\s*fetch\s*[?:,})=]/;
const fetchMember = /^\s*(?:async\s+|readonly\s+)?fetch\s*\(.*[{;:]/;

/** Checks one file of a server room; tests may use what they like. */
export function checkGlobals(file: SourceFile): Finding[] {
  if (!serverRooms.has(file.room) || file.test || !/\.tsx?$/.test(file.path)) return [];
  const findings: Finding[] = [];
  for (const { pattern, message } of banned) {
    for (const match of file.code.matchAll(pattern)) {
      findings.push({ path: file.path, line: lineAt(file.code, match.index), message });
    }
  }
  if (!fetchBinding.test(file.code)) {
    for (const match of file.code.matchAll(fetchCall)) {
      const line = lineAt(file.code, match.index);
      if (fetchMember.test(file.code.split('\n')[line - 1] ?? '')) continue;
      findings.push({ path: file.path, line, message: 'the global fetch: take fetch as a part' });
    }
  }
  return findings;
}
