// What a first visit to the web app costs: the page and every script and style that it names, as brotli.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { brotliCompressSync, constants } from 'node:zlib';
import { report } from './report.ts';

const dist = join(import.meta.dirname, '../../web/dist');
const options = { params: { [constants.BROTLI_PARAM_QUALITY]: 11 } };
const page = readFileSync(join(dist, 'index.html'), 'utf8');
const named = [...page.matchAll(/(?:src|href)="(\/[^"]+\.(?:js|css))"/g)].map((match) => match[1] ?? '');
const foreign = [...page.matchAll(/(?:src|href)="(https?:)?\/\/[^"]+"/g)];
let scripts = 0;
let styles = 0;
for (const file of new Set(named)) {
  const size = brotliCompressSync(readFileSync(join(dist, file)), options).length;
  if (file.endsWith('.css')) styles += size;
  else scripts += size;
}
const whole = brotliCompressSync(page, options).length + scripts + styles;
report('web', {
  bench: 'first load without crypto and calls, brotli',
  value: whole,
  unit: 'bytes',
  beside: { scripts, styles, hydrogen: 173_000 },
  goal: 90_000,
});
report('web', {
  bench: 'addresses of foreign hosts in the page',
  value: foreign.length,
  unit: 'count',
  goal: 0,
});
