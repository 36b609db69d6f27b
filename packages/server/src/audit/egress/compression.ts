import { createHash } from 'node:crypto';
import { pipeline, Readable } from 'node:stream';
import { constants, createGunzip, createGzip, createZstdCompress, createZstdDecompress } from 'node:zlib';

/** How files are made smaller; the level, 1 to 9, is that of the packer (RFC 1952, RFC 8878). */
export interface Compression {
  readonly kind: 'gzip' | 'zstd' | 'none';
  readonly level: number;
}

/** What the name of a file ends in. */
export const compressedEnding = { gzip: '.gz', zstd: '.zst', none: '' } as const;

/** Compresses bytes or text as they come. A source that fails makes the result fail. */
export function compressed(
  source: AsyncIterable<Uint8Array | string>,
  { kind, level }: Compression,
): AsyncIterable<Uint8Array> {
  const bytes = Readable.from(source, { objectMode: false });
  if (kind === 'none') return bytes;
  const packer =
    kind === 'gzip'
      ? createGzip({ level })
      : createZstdCompress({ params: { [constants.ZSTD_c_compressionLevel]: level } });
  return pipeline(bytes, packer, () => undefined);
}

/** The plain bytes of what `compressed` made. Fails when the stream does, or is none of that kind. */
export function decompressed(
  source: AsyncIterable<Uint8Array>,
  kind: Compression['kind'],
): AsyncIterable<Buffer> {
  const stream = source instanceof Readable ? source : Readable.from(source, { objectMode: false });
  if (kind === 'none') return stream;
  return pipeline(stream, kind === 'gzip' ? createGunzip() : createZstdDecompress(), () => undefined);
}

/**
 * Passes bytes on and knows afterwards whether they were all read and hash to `sha256`, in hex. A packed
 * stream may end before its bytes do, and nobody would notice what was put behind it.
 */
export function hashChecked(
  source: AsyncIterable<Uint8Array>,
  sha256: string,
): { readonly bytes: AsyncIterable<Uint8Array>; isRight(): boolean } {
  const hash = createHash('sha256');
  let isRight = false;
  return {
    bytes: (async function* () {
      for await (const chunk of source) {
        hash.update(chunk);
        yield chunk;
      }
      isRight = hash.digest('hex') === sha256;
    })(),
    isRight: () => isRight,
  };
}

/** The lines of a text that comes in pieces, without their ends. */
export async function* linesOfBytes(bytes: AsyncIterable<Buffer>): AsyncGenerator<string> {
  let rest: Buffer[] = [];
  for await (const chunk of bytes) {
    let from = 0;
    for (let end = chunk.indexOf(10); end >= 0; end = chunk.indexOf(10, from)) {
      rest.push(chunk.subarray(from, end));
      yield Buffer.concat(rest).toString('utf8');
      rest = [];
      from = end + 1;
    }
    if (from < chunk.length) rest.push(chunk.subarray(from));
  }
  if (rest.length > 0) yield Buffer.concat(rest).toString('utf8');
}
