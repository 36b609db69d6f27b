import { randomFillSync } from 'node:crypto';

const saltBytes = 16;
const pool = Buffer.alloc(saltBytes * 256);
let used = pool.length;

/**
 * 128 fresh random bits in base64url. Drawn from the operating system 256 at a time, because each call
 * costs more than everything else about a commitment; what was handed out is wiped from the pool.
 */
export function freshSalt(): string {
  if (used === pool.length) {
    randomFillSync(pool);
    used = 0;
  }
  const salt = pool.toString('base64url', used, used + saltBytes);
  pool.fill(0, used, used + saltBytes);
  used += saltBytes;
  return salt;
}
