// Guidance, not a gate: what is over is printed, and a reviewer asks why.

import type { SourceFile } from './source.ts';

const linesMax = 500;
const functionLinesMax = 70;

const functionStart =
  /^(\s*)(?:export\s+)?(?:async\s+)?(?:function\b|(?:const|let)\s+[\w$]+\s*=.*=>\s*\{$|[\w$#]+\(.*\{$)/;

/** One line for each file or function of a room's own code that is over the guidance. */
export function reportSizes(files: readonly SourceFile[]): string[] {
  const report: string[] = [];
  for (const file of files) {
    if (!/\.tsx?$/.test(file.path)) continue;
    const lines = file.code.split('\n');
    if (lines.length > linesMax) report.push(`${file.path}: ${lines.length} lines (guidance ${linesMax})`);
    lines.forEach((line, index) => {
      const indent = functionStart.exec(line)?.[1];
      if (
        indent === undefined ||
        !line.trimEnd().endsWith('{') ||
        /^\s*(?:if|for|while|switch|catch)\b/.test(line)
      )
        return;
      const end = lines.findIndex((other, at) => at > index && other.startsWith(`${indent}}`));
      if (end - index > functionLinesMax)
        report.push(`${file.path}:${index + 1}: ${end - index + 1} lines in one function`);
    });
  }
  return report;
}
