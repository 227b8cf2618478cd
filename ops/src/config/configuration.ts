// Reads the settings from their four sources. One name, three spellings: `--upload-limit` on the command line,
// `MAJLIS_UPLOAD_LIMIT` in the environment, `"upload-limit"` in the configuration file.

import { readFileSync } from 'node:fs';
import { isIP } from 'node:net';
import { accountsSection } from './accounts.ts';
import { appearanceSection } from './appearance.ts';
import { contactsSection } from './contacts.ts';
import { databaseSection } from './database.ts';
import { mediaSection } from './media.ts';
import { meetingsSection } from './meetings.ts';
import type { Option, Section, Options, Values } from './option.ts';
import { badOption } from './option.ts';
import { serverSection } from './server.ts';

/** All sections in the order of the reference page. */
export const sections = {
  server: serverSection,
  database: databaseSection,
  accounts: accountsSection,
  media: mediaSection,
  meetings: meetingsSection,
  contacts: contactsSection,
  appearance: appearanceSection,
} as const;

type Sections = typeof sections;

/** The settings by section and option name. */
export type Configuration = { readonly [Name in keyof Sections]: Values<Sections[Name]['options']> };

export interface Sources {
  /** Arguments behind the command's name. */
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string | undefined>>;
}

const fileBytesMax = 1024 * 1024;

/** `upload-limit` → `MAJLIS_UPLOAD_LIMIT`. */
export function environmentName(name: string): string {
  return `MAJLIS_${name.toUpperCase().replaceAll('-', '_')}`;
}

const optionsByName = new Map<string, Option<unknown>>(
  Object.values<Section<Options>>(sections).flatMap((section) => Object.entries(section.options)),
);

/**
 * Merges defaults, configuration file, environment and command line; the later wins.
 * @throws Problem (exit code 2) on an unknown name, a value outside its limits, or settings that contradict each other
 */
export function loadConfiguration(sources: Sources): Configuration {
  const commandLine = readCommandLine(sources.args);
  const file = commandLine.get('config') ?? sources.env['MAJLIS_CONFIG'];
  commandLine.delete('config');
  const given = new Map<string, Given>();
  if (file !== undefined)
    for (const [name, text] of readFile(file)) given.set(name, { text, from: `${name} in ${file}` });
  for (const [name, entry] of readEnvironment(sources.env)) given.set(name, entry);
  for (const [name, text] of commandLine) given.set(name, { text, from: `--${name}` });

  const configuration = Object.fromEntries(
    Object.entries<Section<Options>>(sections).map(([section, { options }]) => [
      section,
      Object.fromEntries(
        Object.entries(options).map(([name, option]) => [name, valueOf(option, given.get(name))]),
      ),
    ]),
  ) as unknown as Configuration;
  checkTogether(configuration);
  return configuration;
}

interface Given {
  readonly text: string;
  readonly from: string;
}

function valueOf(option: Option<unknown>, given: Given | undefined): unknown {
  if (given === undefined) return option.defaultValue;
  const read = option.read(given.text);
  if ('value' in read) return read.value;
  const shown = option.secret ? 'the value given' : JSON.stringify(given.text.slice(0, 120));
  throw badOption(`${given.from} cannot be ${shown}: it takes ${read.wanted}.`);
}

function readCommandLine(args: readonly string[]): Map<string, string> {
  const found = new Map<string, string>();
  for (let index = 0; index < args.length; index += 1) {
    const argument = args[index] ?? '';
    const match = /^--(no-)?([a-z\d-]+)(?:=(.*))?$/s.exec(argument);
    if (match === null)
      throw badOption(`The argument ${JSON.stringify(argument.slice(0, 120))} is not an option.`);
    const [, negated, name = '', inline] = match;
    const option = optionsByName.get(name);
    if (option === undefined && name !== 'config')
      throw badOption(`There is no option --${name.slice(0, 120)}.${nearest(name)}`);
    if (negated !== undefined && (option?.bare !== true || inline !== undefined))
      throw badOption(`--no-${name} makes no sense.`);
    const next = args[index + 1];
    if (inline !== undefined) {
      found.set(name, inline);
    } else if (option?.bare === true) {
      found.set(name, negated === undefined ? 'yes' : 'no');
    } else if (next === undefined || next.startsWith('--')) {
      throw badOption(`--${name} needs a value.`);
    } else {
      found.set(name, next);
      index += 1;
    }
  }
  return found;
}

function readEnvironment(env: Sources['env']): Map<string, Given> {
  const found = new Map<string, Given>();
  for (const [name, option] of optionsByName) {
    for (const variable of [option.environmentName, environmentName(name)]) {
      const text = variable === undefined ? undefined : env[variable];
      if (variable !== undefined && text !== undefined && text !== '')
        found.set(name, { text, from: variable });
    }
  }
  const known = new Set([...optionsByName.keys(), 'config'].map(environmentName));
  const stray = Object.keys(env).find((variable) => variable.startsWith('MAJLIS_') && !known.has(variable));
  if (stray !== undefined) throw badOption(`There is no setting ${stray}.`);
  return found;
}

function readFile(file: string): Map<string, string> {
  let parsed: unknown;
  try {
    const text = readFileSync(file, 'utf8');
    if (text.length > fileBytesMax) throw new Error('it is larger than 1 MiB');
    parsed = JSON.parse(text);
  } catch (error) {
    throw badOption(
      `The configuration file ${file} cannot be read: ${error instanceof Error ? error.message : String(error)}.`,
    );
  }
  if (typeof parsed !== 'object' || parsed === null || Array.isArray(parsed)) {
    throw badOption(`The configuration file ${file} is not a JSON object.`);
  }
  const found = new Map<string, string>();
  for (const [name, value] of Object.entries(parsed)) {
    if (!optionsByName.has(name))
      throw badOption(
        `There is no option ${JSON.stringify(name.slice(0, 120))} (in ${file}).${nearest(name)}`,
      );
    if (typeof value !== 'string' && typeof value !== 'number' && typeof value !== 'boolean') {
      throw badOption(`${name} in ${file} must be a string, a number, true or false.`);
    }
    found.set(name, String(value));
  }
  return found;
}

/** A hint at the option that was meant, or nothing. */
function nearest(name: string): string {
  const start = name.slice(0, 4);
  const found = [...optionsByName.keys()].find((known) => known.startsWith(start) || known.includes(name));
  return found === undefined || start.length < 3 ? '' : ` Did you mean --${found}?`;
}

/** Whether a host to listen on is reachable from this machine only: 127.0.0.0/8, ::1 or localhost. */
export function isLoopback(host: string): boolean {
  if (isIP(host) === 4) return host.startsWith('127.');
  if (isIP(host) === 6) return new URL(`http://[${host}]`).hostname === '[::1]';
  return host === 'localhost';
}

function checkTogether({ server, media, meetings }: Configuration): void {
  if (server.profile !== undefined && !isLoopback(server.host)) {
    throw badOption(
      `The profile ${server.profile} is for this machine only and refuses to listen on ${server.host}; use 127.0.0.1.`,
    );
  }
  if (media['media-store'] === 's3') {
    const missing = (['s3-endpoint', 's3-bucket', 's3-access-key', 's3-secret-key'] as const).find(
      (name) => media[name] === undefined,
    );
    if (missing !== undefined) throw badOption(`media-store s3 needs ${missing}.`);
  }
  if (
    meetings['livekit-url'] !== undefined &&
    (meetings['livekit-key'] === undefined || meetings['livekit-secret'] === undefined)
  ) {
    throw badOption('livekit-url needs livekit-key and livekit-secret.');
  }
  if (meetings['turn-tls-port'] !== undefined && meetings['turn-domain'] === undefined) {
    throw badOption('turn-tls-port needs turn-domain.');
  }
  if ((meetings['turn-certificate'] === undefined) !== (meetings['turn-key'] === undefined)) {
    throw badOption('turn-certificate and turn-key belong together.');
  }
}
