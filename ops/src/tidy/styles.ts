// Arabic comes first: CSS speaks of start and end, never of left and right. A line that must be physical says why in a comment
// that begins with "physical:".

import type { Finding, SourceFile } from './source.ts';

const inStyleSheets =
  /(?:^|[\s;{])(?:(?:margin|padding|border|scroll-margin|scroll-padding|inset)-(?:left|right)[\w-]*|border-(?:top|bottom)-(?:left|right)-radius|left|right)\s*:|(?:^|[\s;{])(?:float|clear|text-align|caption-side)\s*:\s*(?:left|right)\b/;
const inScripts = /\b(?:margin|padding|border)(?:Left|Right)\w*\s*:|style=\{\{[^}]*\b(?:left|right)\s*:/;

/** Checks a style sheet or a component of the web room. */
export function checkStyles(file: SourceFile): Finding[] {
  if (file.room !== 'web' || file.test) return [];
  const css = file.path.endsWith('.css');
  if (!css && !file.path.endsWith('.tsx')) return [];
  const pattern = css ? inStyleSheets : inScripts;
  const text = css ? blankComments(file.text) : file.code;
  const original = file.text.split('\n');
  const findings: Finding[] = [];
  text.split('\n').forEach((line, index) => {
    if (!pattern.test(line) || (original[index] ?? '').includes('physical:')) return;
    findings.push({
      path: file.path,
      line: index + 1,
      message: `${line.trim()}: use the logical property (inline-start, inline-end, start, end), or say why in a comment that begins with "physical:"`,
    });
  });
  return findings;
}

function blankComments(text: string): string {
  return text.replace(/\/\*[\s\S]*?\*\//g, (comment) => comment.replace(/[^\n]/g, ' '));
}
