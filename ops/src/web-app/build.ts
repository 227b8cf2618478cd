// Makes the web app from its source when it is missing or older than the source, and compresses it once for everybody.

import { spawn } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { extname, join } from 'node:path';
import { promisify } from 'node:util';
import { brotliCompress, constants, gzip } from 'node:zlib';
import { Problem } from '../problem.ts';

const compressible = new Set(['.js', '.css', '.html', '.svg', '.json', '.webmanifest', '.wasm', '.txt']);
/** Above this size the strongest compression takes longer than it is worth. */
const strongestMax = 2 * 1024 * 1024;
const smallest = 512;
const stampName = '.built';

/**
 * Makes sure that `web/dist` is there and fresh.
 * @param root of the repository
 * @throws Problem when the build fails
 */
export async function ensureWebApp(root: string, progress: (line: string) => void): Promise<string> {
  const web = join(root, 'web');
  const dist = join(web, 'dist');
  const stamp = join(dist, stampName);
  const wanted = newestSource(root);
  if (existsSync(stamp) && Number(readFileSync(stamp, 'utf8')) >= wanted) return dist;
  if (!existsSync(join(root, 'node_modules/vite')) && existsSync(join(dist, 'index.html'))) return dist;
  progress('Building the web app …');
  await build(web);
  await compressFolder(dist);
  writeFileSync(stamp, String(wanted));
  return dist;
}

/** When the newest file that the app is made of was changed, in milliseconds since 1970. */
function newestSource(root: string): number {
  let newest = 0;
  const look = (path: string): void => {
    if (!existsSync(path)) return;
    const { mtimeMs } = statSync(path);
    newest = Math.max(newest, mtimeMs);
  };
  for (const folder of ['web/src', 'web/public', 'protocol/src']) {
    if (!existsSync(join(root, folder))) continue;
    for (const name of readdirSync(join(root, folder), { recursive: true }))
      look(join(root, folder, String(name)));
  }
  for (const file of ['web/index.html', 'web/vite.config.ts', 'web/package.json', 'package-lock.json'])
    look(join(root, file));
  return Math.floor(newest);
}

async function build(web: string): Promise<void> {
  const vite = createRequire(join(web, 'package.json')).resolve('vite/package.json');
  const child = spawn(
    process.execPath,
    [join(vite, '../bin/vite.js'), 'build', '--logLevel', 'warn', '--emptyOutDir'],
    {
      cwd: web,
      stdio: ['ignore', 'pipe', 'pipe'],
    },
  );
  let output = '';
  child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (output += chunk.toString()));
  const code = await new Promise<number | null>((resolve) => {
    child.on('error', () => resolve(null));
    child.on('close', resolve);
  });
  if (code === 0) return;
  throw new Problem(
    `The web app cannot be built: ${output.trim().slice(0, 2000) || `exit code ${code}`}.`,
    'Run npm install, then npm run build to see more.',
  );
}

/** Writes NAME.br and NAME.gz beside every file that gains by it. */
export async function compressFolder(dist: string): Promise<void> {
  const names = await readdir(dist, { recursive: true });
  for (const name of names.filter((one) => compressible.has(extname(one)))) {
    const path = join(dist, name);
    const content = await readFile(path);
    if (content.length < smallest) continue;
    const quality = content.length > strongestMax ? 9 : constants.BROTLI_MAX_QUALITY;
    const [br, gz] = await Promise.all([
      promisify(brotliCompress)(content, {
        params: {
          [constants.BROTLI_PARAM_QUALITY]: quality,
          [constants.BROTLI_PARAM_SIZE_HINT]: content.length,
        },
      }),
      promisify(gzip)(content, { level: 9 }),
    ]);
    await writeFile(`${path}.br`, br);
    await writeFile(`${path}.gz`, gz);
  }
}
