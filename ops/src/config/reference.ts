// Writes the reference page from the options themselves, so that it cannot be wrong: `npm run majlis -- config reference`.

import { environmentName, sections } from './configuration.ts';
import type { Options, Section } from './option.ts';

/** The text of docs/configuration.md. */
export function configurationReference(): string {
  const parts = [
    '# Configuration',
    'This page is written by `npm run majlis -- config reference > docs/configuration.md`; a test says whether it is fresh.',
    [
      'Every option has one name and three spellings. Sources, by rising priority:',
      '',
      '1. the default;',
      '2. one configuration file, a JSON object: `{ "upload-limit": "50M" }`, named by `--config FILE` or `MAJLIS_CONFIG`;',
      '3. the environment: `MAJLIS_UPLOAD_LIMIT=50M`;',
      '4. the command line: `npm start -- --upload-limit 50M`, or `--upload-limit=50M`. An option that takes yes or no stands alone:',
      '   `--meetings`, `--no-meetings`.',
      '',
      'An unknown name or a value outside its limits is refused with one sentence and exit code 2.',
    ].join('\n'),
    ...Object.values<Section<Options>>(sections).map(sectionReference),
  ];
  return `${parts.join('\n\n')}\n`;
}

function sectionReference({ title, introduction, options }: Section<Options>): string {
  const entries = Object.entries(options).map(([name, option]) => {
    const variables = [environmentName(name), option.environmentName].filter(
      (variable) => variable !== undefined,
    );
    return [
      `### \`${name}\``,
      '',
      option.description,
      '',
      `- Type: ${option.type}${option.secret ? ', secret' : ''}; ${option.limits}`,
      `- Default: ${option.defaultText}`,
      `- Environment: ${variables.map((variable) => `\`${variable}\``).join(' or ')}`,
    ].join('\n');
  });
  return [`## ${title}`, introduction, ...entries].join('\n\n');
}
