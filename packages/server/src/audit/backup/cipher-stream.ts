import { createCipheriv, createDecipheriv, hkdfSync } from 'node:crypto';
import type { SecretKey } from '../../storage/secrets/types.ts';

/**
 * Encrypts a stream in chunks, each authenticated before any of it is used, so that a stream that was
 * changed, cut or put together anew is refused (the STREAM construction, Hoang, Reyhanitabar, Rogaway and
 * Vizár, CRYPTO 2015). AES-256-GCM; a key for each stream by HKDF-SHA-256 from the installation key, a
 * random salt of the backup and the part's name, so that a counter is nonce enough: chunk number (u64),
 * zeros, and 1 in the last byte of the last chunk.
 *
 * Form: chunks of 1 MiB, each followed by its tag of 16 bytes; the last is shorter, may be empty.
 */
const chunkBytes = 1024 * 1024;
const tagBytes = 16;

export interface StreamKey {
  readonly key: SecretKey;
  readonly salt: Uint8Array;
  /** Of the part; what is encrypted under one name opens under no other. */
  readonly name: string;
}

function keyOf({ key, salt, name }: StreamKey): Uint8Array {
  return new Uint8Array(hkdfSync('sha256', key.key, salt, `custos ledger backup ${name}`, 32));
}

function nonceOf(chunk: number, isLast: boolean): Buffer {
  const nonce = Buffer.alloc(12);
  nonce.writeBigUInt64BE(BigInt(chunk), 0);
  nonce.writeUInt8(isLast ? 1 : 0, 11);
  return nonce;
}

/** Cuts a stream into pieces of exactly `size`, the last one shorter or empty. */
async function* piecesOf(
  source: AsyncIterable<Uint8Array>,
  size: number,
): AsyncGenerator<{ readonly bytes: Buffer; readonly isLast: boolean }> {
  let held: Buffer[] = [];
  let length = 0;
  for await (const chunk of source) {
    held.push(Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength));
    length += chunk.byteLength;
    if (length < size) continue;
    let all = Buffer.concat(held);
    for (; all.length >= size; all = all.subarray(size))
      yield { bytes: all.subarray(0, size), isLast: false };
    held = [all];
    length = all.length;
  }
  yield { bytes: Buffer.concat(held), isLast: true };
}

export async function* encrypted(source: AsyncIterable<Uint8Array>, by: StreamKey): AsyncGenerator<Buffer> {
  const key = keyOf(by);
  let number = 0;
  for await (const { bytes, isLast } of piecesOf(source, chunkBytes)) {
    const cipher = createCipheriv('aes-256-gcm', key, nonceOf(number, isLast), { authTagLength: tagBytes });
    yield Buffer.concat([cipher.update(bytes), cipher.final(), cipher.getAuthTag()]);
    number += 1;
  }
}

/** Opens what {@link encrypted} made; throws before anything of a chunk that was changed is given out. */
export async function* decrypted(source: AsyncIterable<Uint8Array>, by: StreamKey): AsyncGenerator<Buffer> {
  const key = keyOf(by);
  let number = 0;
  for await (const { bytes, isLast } of piecesOf(source, chunkBytes + tagBytes)) {
    if (bytes.length < tagBytes) throw new Error('the stream ends within a chunk');
    const cipher = createDecipheriv('aes-256-gcm', key, nonceOf(number, isLast), { authTagLength: tagBytes });
    cipher.setAuthTag(bytes.subarray(-tagBytes));
    yield Buffer.concat([cipher.update(bytes.subarray(0, -tagBytes)), cipher.final()]);
    number += 1;
  }
}
