// The published contract of the Client-Server API, and whether an answer keeps it.

import { readFileSync } from 'node:fs';
import { Ajv2020 } from 'ajv/dist/2020.js';
import type { ValidateFunction } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';

/** The schema of each status that has a JSON body. */
type Responses = Readonly<Record<string, object | null>>;

interface Contract {
  /** Names of members of the body and of query parameters, by method and path. */
  readonly requests: Readonly<
    Record<string, { readonly body: readonly string[]; readonly query: readonly string[] }>
  >;
  readonly paths: Readonly<Record<string, Readonly<Record<string, Responses>>>>;
}

export interface Operation {
  readonly method: string;
  /** With `{name}` for parameters. */
  readonly path: string;
  readonly responses: Responses;
  /** Names of the body's members and of query parameters. */
  readonly bodyNames: readonly string[];
  readonly queryNames: readonly string[];
}

const contract = JSON.parse(
  readFileSync(new URL('spec/client-server.json', import.meta.url), 'utf8'),
) as Contract;

/** Every operation of the specification. */
export const operations: readonly Operation[] = Object.entries(contract.paths).flatMap(([path, methods]) =>
  Object.entries(methods).map(([method, responses]) => ({
    method: method.toUpperCase(),
    // The specification tells two uses of one path apart by a blank at its end.
    path: path.trimEnd(),
    responses,
    bodyNames: contract.requests[`${method.toUpperCase()} ${path.trimEnd()}`]?.body ?? [],
    queryNames: contract.requests[`${method.toUpperCase()} ${path.trimEnd()}`]?.query ?? [],
  })),
);

const ajv = new Ajv2020({ strict: false, allErrors: true, validateFormats: true });
addFormats.default(ajv);
for (const [name, pattern] of [
  ['mx-user-id', /^@[^:]*:.+$/s],
  ['mx-room-id', /^!.+$/s],
  ['mx-room-alias', /^#.+:.+$/s],
  ['mx-event-id', /^\$.+$/s],
  ['mx-mxc-uri', /^mxc:\/\/[^/]+\/[\w-]+$/],
  ['mx-server-name', /^[^/\s]+$/],
] as const) {
  ajv.addFormat(name, pattern);
}

const matchers = operations.map((operation) => ({
  operation,
  pattern: new RegExp(
    `^${operation.path.replaceAll(/[.*+?^$()|[\]\\]/g, String.raw`\$&`).replaceAll(/\{[^}]+\}/g, '[^/]+')}/?$`,
  ),
  // Literal paths before those with parameters.
  parameters: operation.path.split('{').length,
}));

/** The operations that a request may mean: those with the fewest parameters. */
export function operationsFor(method: string, path: string): Operation[] {
  const found = matchers.filter(
    ({ operation, pattern }) => operation.method === method && pattern.test(path),
  );
  const fewest = Math.min(...found.map(({ parameters }) => parameters));
  return found.filter(({ parameters }) => parameters === fewest).map(({ operation }) => operation);
}

const compiled = new WeakMap<object, ValidateFunction>();

function validator(schema: object): ValidateFunction {
  let validate = compiled.get(schema);
  if (validate === undefined) {
    validate = ajv.compile(schema);
    compiled.set(schema, validate);
  }
  return validate;
}

/** @returns what is wrong with a JSON answer by the specification, undefined when nothing is. */
export function contractBreach(
  method: string,
  path: string,
  status: number,
  body: unknown,
): string | undefined {
  // A 401 is either about the token, or asks for interactive authentication.
  const interactive = status === 401 && Array.isArray((body as { flows?: unknown } | undefined)?.flows);
  if (status >= 400 && !interactive) return errorBreach(body);
  let schemas = schemasFor(method, path, status);
  // Not every operation that asks for authentication describes how: the question is the same everywhere.
  if (interactive && schemas.length === 0) schemas = schemasFor('POST', '/_matrix/client/v3/register', 401);
  if (schemas.length === 0) return undefined;
  const breaches = schemas.map((schema) => {
    const validate = validator(schema);
    return validate(body) ? undefined : ajv.errorsText(validate.errors, { dataVar: 'body' });
  });
  return breaches.includes(undefined) ? undefined : breaches.join(' / ');
}

function schemasFor(method: string, path: string, status: number): object[] {
  return operationsFor(method, path).flatMap(({ responses }) => responses[String(status)] ?? []);
}

function errorBreach(body: unknown): string | undefined {
  const { errcode, error } = (body ?? {}) as { errcode?: unknown; error?: unknown };
  if (typeof errcode === 'string' && /^[A-Z][A-Z_]+$/.test(errcode) && typeof error === 'string')
    return undefined;
  return `not a standard error response: ${JSON.stringify(body).slice(0, 200)}`;
}
