import { randomBytes, randomFillSync } from 'node:crypto';

const alphabet = '0123456789abcdefghjkmnpqrstvwxyz';

function base32(bytes: Uint8Array): string {
  let text = '';
  let bits = 0;
  let value = 0;
  for (const byte of bytes) {
    value = (value << 8) | byte;
    bits += 8;
    while (bits >= 5) {
      text += alphabet[(value >>> (bits - 5)) & 31];
      bits -= 5;
    }
  }
  if (bits > 0) text += alphabet[(value << (5 - bits)) & 31];
  return text;
}

const randomPart = 8;
/** Drawn from the operating system many at a time: a call for each id costs more than the rest of it. */
const pool = new Uint8Array(randomPart * 512);
let used = pool.length;

function freshRandom(): Uint8Array {
  if (used === pool.length) {
    randomFillSync(pool);
    used = 0;
  }
  used += randomPart;
  return pool.subarray(used - randomPart, used);
}

let lastTime = 0;
let countWithinTime = 0;

/**
 * Returns a new id such as `prb_01jd3k9v2w7m4q8x5t6y1z0a2c`: a prefix that names the kind, 48 bits of the
 * time, a 16-bit count of ids within the millisecond and 64 random bits, in Crockford base 32. Ids that
 * one process makes sort by the order of their making, which lists and cursors rely on.
 */
export function newId(prefix: string, now: number): string {
  countWithinTime = now === lastTime ? countWithinTime + 1 : 0;
  lastTime = now;
  const bytes = new Uint8Array(16);
  let time = now;
  for (let index = 5; index >= 0; index -= 1) {
    bytes[index] = time % 256;
    time = Math.floor(time / 256);
  }
  bytes[6] = (countWithinTime >>> 8) & 255;
  bytes[7] = countWithinTime & 255;
  bytes.set(freshRandom(), 8);
  return `${prefix}_${base32(bytes)}`;
}

/** Returns `bytes` random bytes (default 32, 256 bits) as URL-safe base 64; for tokens and secrets. */
export function randomToken(bytes = 32): string {
  return randomBytes(bytes).toString('base64url');
}
