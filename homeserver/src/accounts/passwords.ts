import { argon2, timingSafeEqual } from 'node:crypto';
import { MatrixError } from '../http/errors.ts';
import type { Random } from '../parts.ts';
import { Places } from '../places.ts';

/** OWASP's second recommendation for Argon2id: 19 MiB, two passes; about 20 ms a core. */
const cost = { memory: 19_456, passes: 2, parallelism: 1, tagLength: 32 } as const;

/**
 * Passwords looked at by one process at a time. They share a few threads with files and compression: a storm of people who
 * sign in must leave some to everybody else.
 */
const places = new Places(2, 500);

function derive(
  password: string,
  nonce: Uint8Array,
  { memory, passes }: { readonly memory: number; readonly passes: number },
  stillWanted: () => boolean = () => true,
): Promise<Buffer> {
  const parameters = {
    message: password,
    nonce,
    memory,
    passes,
    parallelism: cost.parallelism,
    tagLength: cost.tagLength,
  };
  return places.take(
    () =>
      new Promise((resolve, reject) => {
        if (!stillWanted()) throw new MatrixError(400, 'M_UNKNOWN', 'The request was cut off');
        argon2('argon2id', parameters, (error, derived) =>
          error === null ? resolve(Buffer.from(derived)) : reject(error),
        );
      }),
  );
}

const base64 = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64').replaceAll('=', '');

/** @returns the hash in PHC string format, with its own salt. */
export async function hashPassword(password: string, random: Random): Promise<string> {
  const salt = random.bytes(16);
  const hash = await derive(password.normalize('NFKC'), salt, cost);
  return `$argon2id$v=19$m=${cost.memory},t=${cost.passes},p=${cost.parallelism}$${base64(salt)}$${base64(hash)}`;
}

/** A hash of nothing anyone can type: checking against it takes as long as against a real one. */
const nobody = `$argon2id$v=19$m=${cost.memory},t=${cost.passes},p=${cost.parallelism}$${base64(new Uint8Array(16))}$${base64(new Uint8Array(32))}`;

/**
 * Takes the same time whether or not there is a hash, so that it does not tell which accounts exist.
 * @param stillWanted whether somebody still waits for the answer, asked when its turn has come
 */
export async function checkPassword(
  password: string,
  hash: string | null | undefined,
  stillWanted?: () => boolean,
): Promise<boolean> {
  const match = /^\$argon2id\$v=19\$m=(\d+),t=(\d+),p=1\$([^$]+)\$([^$]+)$/.exec(hash ?? nobody);
  if (match === null) return false;
  const [, memory, passes, salt, expected] = match;
  const derived = await derive(
    password.normalize('NFKC'),
    Buffer.from(salt ?? '', 'base64'),
    { memory: Number(memory), passes: Number(passes) },
    stillWanted,
  );
  const wanted = Buffer.from(expected ?? '', 'base64');
  return (
    wanted.length === derived.length &&
    timingSafeEqual(wanted, derived) &&
    hash !== null &&
    hash !== undefined
  );
}
