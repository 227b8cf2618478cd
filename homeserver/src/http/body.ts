import type { IncomingMessage } from 'node:http';
import { parseJson, parseLooseJson } from '@majlis/protocol';
import type { JsonObject } from '@majlis/protocol';
import { badJson, notJson, tooLarge } from './errors.ts';

const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** Reads a body of at most `limit` bytes. @throws MatrixError 413 as soon as the limit is passed. */
export function readBody(request: IncomingMessage, limit: number): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const announced = Number(request.headers['content-length'] ?? 0);
    const refuse = (): void => {
      request.pause();
      reject(tooLarge(`The body is larger than ${limit} bytes`));
    };
    if (announced > limit) return refuse();
    const chunks: Buffer[] = [];
    let size = 0;
    request.on('data', (chunk: Buffer) => {
      size += chunk.length;
      if (size > limit) refuse();
      else chunks.push(chunk);
    });
    request.on('end', () => {
      const [first] = chunks;
      resolve(chunks.length === 1 && first !== undefined ? first : Buffer.concat(chunks));
    });
    request.on('error', reject);
  });
}

/**
 * Reads a JSON object. An absent body counts as `{}`, as clients send none where all members are optional.
 * @throws MatrixError M_NOT_JSON when it is no JSON, M_BAD_JSON when it is JSON of the wrong kind, 413 over the limit.
 */
export async function readJson(
  request: IncomingMessage,
  limit: number,
  forEvent: boolean,
): Promise<JsonObject> {
  const bytes = await readBody(request, limit);
  if (bytes.length === 0) return {};
  let text: string;
  try {
    text = decoder.decode(bytes);
  } catch {
    throw notJson('The body is not valid UTF-8');
  }
  const parsed = forEvent ? parseJson(text) : parseLooseJson(text);
  if (!parsed.ok) {
    const message = `${parsed.reason} at position ${parsed.position}`;
    throw isJson(text) ? badJson(message) : notJson(message);
  }
  const { value } = parsed;
  if (value === null || typeof value !== 'object' || Array.isArray(value))
    throw badJson('The body must be an object');
  return value;
}

/** Whether a text that the strict reader refused is JSON at all: the two have different error codes. */
function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
