import { crc32, deflateSync } from 'node:zlib';

function chunk(type: string, data: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), data]);
  const frame = Buffer.alloc(8);
  frame.writeUInt32BE(data.length, 0);
  frame.writeUInt32BE(crc32(body), 4);
  return Buffer.concat([frame.subarray(0, 4), body, frame.subarray(4)]);
}

/** A square PNG of noise, three bytes a pixel, which no compression makes smaller. The same for the same seed. */
export function noisePicture(side: number, seed = 1): Buffer {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(side, 0);
  header.writeUInt32BE(side, 4);
  header.set([8, 2, 0, 0, 0], 8);
  return Buffer.concat([
    Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]),
    chunk('IHDR', header),
    chunk('IDAT', deflateSync(noise(side, seed), { level: 1 })),
    chunk('IEND', Buffer.alloc(0)),
  ]);
}

function noise(side: number, seed: number): Buffer {
  const row = 1 + side * 3;
  const bytes = noiseBytes(row * side, seed);
  // Every row begins with the number of its filter: none.
  for (let start = 0; start < bytes.length; start += row) bytes[start] = 0;
  return bytes;
}

/** Bytes that look random and are the same for the same seed. */
export function noiseBytes(length: number, seed: number): Buffer {
  const bytes = Buffer.alloc(length);
  let state = seed;
  for (let index = 0; index < length; index += 1) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    bytes[index] = state >>> 24;
  }
  return bytes;
}
