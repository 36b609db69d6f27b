import { randomBytes } from 'node:crypto';
import { expect, test } from 'vitest';
import { parseSecretKeys } from '../../storage/secrets/keys.ts';
import { decrypted, encrypted, type StreamKey } from './cipher-stream.ts';

const [key] = parseSecretKeys(randomBytes(32).toString('base64'), 'test');
const by: StreamKey = { key, salt: randomBytes(32), name: 'journal/1' };
const chunk = 1024 * 1024;

async function* inPieces(bytes: Buffer, size: number): AsyncGenerator<Buffer> {
  for (let from = 0; from < bytes.length; from += size) yield bytes.subarray(from, from + size);
}
async function all(source: AsyncIterable<Buffer>): Promise<Buffer> {
  const parts: Buffer[] = [];
  for await (const part of source) parts.push(part);
  return Buffer.concat(parts);
}
const seal = (bytes: Buffer, how = by): Promise<Buffer> => all(encrypted(inPieces(bytes, 70_001), how));
const open = (bytes: Buffer, how = by): Promise<Buffer> => all(decrypted(inPieces(bytes, 99_991), how));

test.each([0, 1, chunk - 1, chunk, chunk + 1, 2 * chunk, 3 * chunk + 17])(
  'a stream of %i bytes comes back as it was',
  async (length) => {
    const bytes = randomBytes(length);
    const sealed = await seal(bytes);
    expect(sealed.length).toBe(length + 16 * (Math.floor(length / chunk) + 1));
    expect((await open(sealed)).equals(bytes)).toBe(true);
  },
);

test('a stream that was changed, cut, lengthened or put together anew is refused', async () => {
  const bytes = randomBytes(2 * chunk + 100);
  const sealed = await seal(bytes);
  const whole = chunk + 16;
  const [first, second, last] = [
    sealed.subarray(0, whole),
    sealed.subarray(whole, 2 * whole),
    sealed.subarray(2 * whole),
  ];
  const flipped = Buffer.from(sealed);
  flipped[17] = (flipped[17] ?? 0) ^ 1;
  for (const broken of [
    flipped,
    sealed.subarray(0, -1),
    sealed.subarray(0, 2 * whole),
    sealed.subarray(0, whole),
    Buffer.alloc(0),
    Buffer.concat([sealed, Buffer.alloc(1)]),
    Buffer.concat([second, first, last]),
    Buffer.concat([first, last]),
    Buffer.concat([first, first, second, last]),
  ]) {
    await expect(open(broken)).rejects.toThrow();
  }
});

test('nothing opens under another name, salt or key', async () => {
  const sealed = await seal(Buffer.from('secret'));
  const [other] = parseSecretKeys(randomBytes(32).toString('base64'), 'test');
  for (const how of [
    { ...by, name: 'journal/2' },
    { ...by, salt: randomBytes(32) },
    { ...by, key: other },
  ]) {
    await expect(open(sealed, how)).rejects.toThrow();
  }
});
