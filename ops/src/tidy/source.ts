// Reads the repository's source files as the other rules need them: where they are, which room they belong to, what they import,
// and their text with comments and the insides of strings blanked out, so that a word in prose is never taken for code.

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

export interface SourceFile {
  /** Path from the root of the repository, with `/`. */
  readonly path: string;
  /** First segment of the path. */
  readonly room: string;
  readonly text: string;
  /** Same length and lines as `text`; comments, strings, template text and regular expressions are spaces. */
  readonly code: string;
  /** A test, or a file of a folder `testing`, which only tests use. */
  readonly test: boolean;
}

export interface Import {
  readonly specifier: string;
  /** `import type` or `export type`: gone at run time. */
  readonly typeOnly: boolean;
  readonly line: number;
}

export interface Finding {
  readonly path: string;
  readonly line: number;
  readonly message: string;
}

export const rooms = [
  'protocol',
  'storage',
  'homeserver',
  'meetings',
  'web',
  'ops',
  'tests',
  'docs',
] as const;

const skippedFolders = new Set(['node_modules', 'dist', '.cache', 'artifacts', '.git']);

/** Every file of the rooms below `root`, sorted; folders that tools make are left out. */
export function listPaths(root: string): string[] {
  const found: string[] = [];
  const visit = (folder: string): void => {
    for (const entry of readdirSync(join(root, folder), { withFileTypes: true })) {
      const path = `${folder}/${entry.name}`;
      if (entry.isDirectory()) {
        if (!skippedFolders.has(entry.name)) visit(path);
      } else if (entry.isFile()) {
        found.push(path);
      }
    }
  };
  const present = new Set(readdirSync(root));
  for (const room of rooms) if (present.has(room)) visit(room);
  return found.toSorted();
}

/** Reads one file; `path` is relative to `root`. */
export function readSource(root: string, path: string): SourceFile {
  return sourceOf(path, readFileSync(join(root, path), 'utf8'));
}

/** Builds a source file from text, as the tests of the rules do. */
export function sourceOf(path: string, text: string): SourceFile {
  return {
    path,
    room: path.split('/')[0] ?? '',
    text,
    code: /\.tsx?$/.test(path) ? codeOnly(text) : text,
    test: /\.test\.tsx?$|\/testing\//.test(path),
  };
}

/** The line, counted from 1, of a character offset. */
export function lineAt(text: string, offset: number): number {
  let line = 1;
  for (let index = text.indexOf('\n'); index !== -1 && index < offset; index = text.indexOf('\n', index + 1))
    line += 1;
  return line;
}

const importPattern =
  /\b(?:import|export)\s+(?<type>type\s+)?(?:[\w$*{][^;'"`()=]*?\s*from\s*)?(?<quote>['"])|\bimport\s*\(\s*(?<dynamic>['"])/g;

/** All static, re-exporting and dynamic imports of a file. */
export function importsOf(file: SourceFile): Import[] {
  // Strings are blanked in `code` except for their quotes, so a match here is a real statement; the specifier is read from `text`.
  const found: Import[] = [];
  for (const match of file.code.matchAll(importPattern)) {
    const open = match.index + match[0].length - 1;
    const close = file.text.indexOf(file.text[open] ?? '', open + 1);
    found.push({
      specifier: file.text.slice(open + 1, close),
      typeOnly: match.groups?.['type'] !== undefined,
      line: lineAt(file.text, open),
    });
  }
  return found;
}

const regularExpressionMayFollow =
  /(?:^|[=(,:;!&|?{}[+\-*%<>~^\n]|\b(?:return|typeof|case|in|of|do|else|await|yield))\s*$/;

/** Blanks comments, string contents, template text and regular expressions; offsets and lines stay as they are. */
export function codeOnly(text: string): string {
  const out = text.split('');
  const blank = (from: number, to: number): void => {
    for (let index = from; index < to; index += 1) if (out[index] !== '\n') out[index] = ' ';
  };
  // Each entry is the depth of braces inside one `${…}`.
  const templates: number[] = [];
  let index = 0;
  const skipTemplate = (from: number): number => {
    let at = from;
    while (at < text.length && text[at] !== '`' && !(text[at] === '$' && text[at + 1] === '{'))
      at += text[at] === '\\' ? 2 : 1;
    blank(from, Math.min(at, text.length));
    if (text[at] === '$') {
      templates.push(0);
      return at + 2;
    }
    return at + 1;
  };
  while (index < text.length) {
    const char = text[index];
    const next = text[index + 1];
    if (char === '/' && (next === '/' || next === '*')) {
      const end = next === '/' ? text.indexOf('\n', index) : text.indexOf('*/', index + 2) + 2;
      const stop = end < index + 2 ? text.length : end;
      blank(index, stop);
      index = stop;
    } else if (char === "'" || char === '"') {
      let at = index + 1;
      while (at < text.length && text[at] !== char && text[at] !== '\n') at += text[at] === '\\' ? 2 : 1;
      blank(index + 1, at);
      index = at + 1;
    } else if (char === '`') {
      index = skipTemplate(index + 1);
    } else if (
      char === '/' &&
      regularExpressionMayFollow.test(out.slice(Math.max(0, index - 24), index).join(''))
    ) {
      const end = endOfRegularExpression(text, index);
      blank(index, end);
      index = end;
    } else {
      const depth = templates.at(-1);
      if (depth !== undefined && char === '{') templates[templates.length - 1] = depth + 1;
      if (depth !== undefined && char === '}') {
        if (depth === 0) {
          templates.pop();
          index = skipTemplate(index + 1);
          continue;
        }
        templates[templates.length - 1] = depth - 1;
      }
      index += 1;
    }
  }
  return out.join('');
}

/** The offset behind the closing slash; a lone slash that closes nowhere on its line is a division. */
function endOfRegularExpression(text: string, start: number): number {
  let inClass = false;
  for (let at = start + 1; at < text.length && text[at] !== '\n'; at += 1) {
    if (text[at] === '\\') at += 1;
    else if (text[at] === '[') inClass = true;
    else if (text[at] === ']') inClass = false;
    else if (text[at] === '/' && !inClass) return at + 1;
  }
  return start + 1;
}
