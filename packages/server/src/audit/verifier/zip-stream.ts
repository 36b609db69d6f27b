import { Zip, ZipDeflate, ZipPassThrough } from 'fflate';

/** A file of an archive; its content is asked for when its turn comes. */
export interface ZipFile {
  readonly name: string;
  readonly content: AsyncIterable<string | Uint8Array> | Iterable<string | Uint8Array>;
  /** Not compressed: for many small files, whose compression costs more than it saves. */
  readonly stored?: boolean;
}

/** Names that mean the same on every system: no case, no path but one folder, nothing reserved. */
const safeName = /^(?:[a-z][a-z0-9]{0,31}\/)?[A-Za-z0-9][A-Za-z0-9-]{0,63}\.[a-z-]{2,10}$/;
const reservedName = /^(?:con|prn|aux|nul|com\d|lpt\d)\./i;

/**
 * Writes a ZIP archive piece by piece (APPNOTE 6.3, without ZIP64: at most 65,535 files and 4 GB). Raises a
 * `TypeError` for a name that is taken, also in other case, or that some system could not write.
 */
export async function* zipStream(
  files: Iterable<ZipFile> | AsyncIterable<ZipFile>,
  modified: number,
): AsyncGenerator<Uint8Array> {
  const ready: Uint8Array[] = [];
  const zip = new Zip((error, chunk) => {
    if (error !== null) throw error;
    if (chunk.length > 0) ready.push(chunk);
  });
  const names = new Set<string>();
  for await (const { name, content, stored = false } of files) {
    const base = name.slice(name.indexOf('/') + 1);
    if (!safeName.test(name) || reservedName.test(base) || names.has(name.toLowerCase())) {
      throw new TypeError(`"${name}" is no name for a file of an archive`);
    }
    names.add(name.toLowerCase());
    const entry = stored ? new ZipPassThrough(name) : new ZipDeflate(name, { level: 6 });
    entry.mtime = modified;
    zip.add(entry);
    for await (const piece of content) {
      entry.push(typeof piece === 'string' ? Buffer.from(piece, 'utf8') : piece);
      yield* ready.splice(0);
    }
    entry.push(new Uint8Array(0), true);
    yield* ready.splice(0);
  }
  zip.end();
  yield* ready.splice(0);
}
