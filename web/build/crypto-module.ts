import { readdir, readFile, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join, resolve } from 'node:path';
import type { Plugin } from 'vite';
import { withoutCustomSection } from './wasm-sections.ts';

const list = '/encryption/module-parts.ts';
const library = 'matrix_sdk_crypto_wasm_bg';
/** Large enough to compress well, small enough to come whole through a bad connection: about 220 kB each over the wire. */
const partsWanted = 6;

/**
 * A Vite plugin that serves the crypto library's WebAssembly in parts and writes their addresses into `module-parts.ts`. A download that
 * breaks off begins again with the part that was not whole, not with the first byte. The debug section `name`, a third of the library's
 * size, is left out.
 */
export function cryptoModule(): Plugin {
  return {
    name: 'majlis-crypto-module',
    apply: 'build',
    async load(id) {
      if (!id.endsWith(list)) return undefined;
      const main = createRequire(import.meta.url).resolve('@matrix-org/matrix-sdk-crypto-wasm');
      const file = await readFile(join(dirname(main), 'pkg', `${library}.wasm`));
      const addresses = inParts(withoutCustomSection(file, 'name'), partsWanted).map((source) => {
        const reference = this.emitFile({ type: 'asset', name: 'crypto.wasm', source });
        return `import.meta.ROLLUP_FILE_URL_${reference}`;
      });
      return `export const parts = [${addresses.join(', ')}];`;
    },
  };
}

/** A Vite plugin that removes the library's own whole file from the build: nothing fetches it. */
export function withoutWholeModule(): Plugin {
  let folder = '';
  return {
    name: 'majlis-without-whole-module',
    apply: 'build',
    configResolved(config) {
      folder = resolve(config.root, config.build.outDir, config.build.assetsDir);
    },
    async closeBundle() {
      for (const file of await readdir(folder)) {
        if (file.startsWith(library)) await rm(join(folder, file));
      }
    },
  };
}

/** `bytes` in `count` pieces of about the same length, in order. */
export function inParts(bytes: Uint8Array, count: number): Uint8Array[] {
  const length = Math.ceil(bytes.length / count);
  return Array.from({ length: count }, (_, at) => bytes.subarray(at * length, (at + 1) * length));
}
