import { createHash, randomBytes } from 'node:crypto';
import { open, rm, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import { hashMismatch, objectTooLarge } from './errors.ts';
import type { ObjectBody, PutOptions } from './types.ts';

/** Content up to this size is held in memory; more goes through a file that has no name. */
const heldBytes = 8 << 20;

/** Content that was read to its end, so that its size and hash are known before anything is sent. */
export interface GatheredContent {
  readonly sizeBytes: number;
  /** In hex. */
  readonly sha256: string;
  /** The bytes from `start` up to, not with, `end`. */
  piece(start: number, end: number): Promise<Buffer>;
  close(): Promise<void>;
}

/** Opens a file that is gone for everybody else at once, and for good when this process ends. */
async function openScratch(directory: string): Promise<FileHandle> {
  const path = join(directory, `custos-object-${randomBytes(9).toString('hex')}`);
  const file = await open(path, 'wx+', 0o600);
  await rm(path);
  return file;
}

/**
 * Reads a body to its end. Object stores want to know the size and the metadata, which has the hash, before
 * the first byte; and what was gathered can be sent again when a connection breaks.
 *
 * Raises `object_too_large`, `invalid_input` when it hashes to something else than was said, and whatever
 * the source raises.
 */
export async function gather(
  { key, body, scratch }: { readonly key: string; readonly body: ObjectBody; readonly scratch: string },
  options: PutOptions,
): Promise<GatheredContent> {
  const hash = createHash('sha256');
  const held: Buffer[] = [];
  let sizeBytes = 0;
  let file: FileHandle | undefined;
  try {
    for await (const chunk of body instanceof Uint8Array ? [body] : body) {
      options.signal?.throwIfAborted();
      sizeBytes += chunk.byteLength;
      if (options.maxBytes !== undefined && sizeBytes > options.maxBytes) {
        throw objectTooLarge(key, options.maxBytes);
      }
      hash.update(chunk);
      if (file === undefined && sizeBytes <= heldBytes) {
        held.push(Buffer.from(chunk)); // A copy: a source may use its buffer again.
        continue;
      }
      if (file === undefined) {
        file = await openScratch(scratch);
        for (const earlier of held.splice(0)) await file.writeFile(earlier);
      }
      await file.writeFile(chunk);
    }
    const sha256 = hash.digest('hex');
    if (options.sha256 !== undefined && options.sha256.toLowerCase() !== sha256) throw hashMismatch(key);
    const spilled = file;
    const whole = spilled === undefined ? Buffer.concat(held) : undefined;
    return {
      sizeBytes,
      sha256,
      async piece(start, end) {
        if (whole !== undefined) return whole.subarray(start, end);
        const { buffer, bytesRead } = await (spilled as FileHandle).read({
          buffer: Buffer.alloc(end - start),
          position: start,
        });
        if (bytesRead !== end - start) throw new Error('the scratch file is shorter than what was written');
        return buffer;
      },
      close: async () => spilled?.close(),
    };
  } catch (error) {
    await file?.close();
    throw error;
  }
}

/** The ranges of content that is sent in parts of `partBytes`; one empty range for empty content. */
export function partsOf(sizeBytes: number, partBytes: number): readonly (readonly [number, number])[] {
  const count = Math.max(1, Math.ceil(sizeBytes / partBytes));
  return Array.from({ length: count }, (_, index) => [
    index * partBytes,
    Math.min(sizeBytes, (index + 1) * partBytes),
  ]);
}
