import { malformed } from '../errors.ts';

/** An entry bundle: entries one after the other, each after its length as a big-endian uint16 (tlog-tiles). */
export function encodeBundle(entries: readonly Uint8Array[]): Buffer {
  const size = entries.reduce((total, entry) => total + 2 + entry.length, 0);
  const bundle = Buffer.allocUnsafe(size);
  let offset = 0;
  for (const entry of entries) {
    bundle.writeUInt16BE(entry.length, offset);
    bundle.set(entry, offset + 2);
    offset += 2 + entry.length;
  }
  return bundle;
}

/** The entries of a bundle, as views of it. Raises `malformed_record` when it ends within an entry. */
export function decodeBundle(bundle: Uint8Array): Buffer[] {
  const bytes = Buffer.from(bundle.buffer, bundle.byteOffset, bundle.length);
  const entries: Buffer[] = [];
  let offset = 0;
  while (offset < bytes.length) {
    const end = offset + 2 > bytes.length ? Infinity : offset + 2 + bytes.readUInt16BE(offset);
    if (end > bytes.length) throw malformed('entry bundle', 'it ends within an entry');
    entries.push(bytes.subarray(offset + 2, end));
    offset = end;
  }
  return entries;
}

/** Bytes that the first `count` entries of a bundle take; `undefined` when it has fewer. */
export function bundlePrefixBytes(bundle: Buffer, count: number): number | undefined {
  let offset = 0;
  for (let entry = 0; entry < count; entry += 1) {
    if (offset + 2 > bundle.length) return undefined;
    offset += 2 + bundle.readUInt16BE(offset);
  }
  return offset <= bundle.length ? offset : undefined;
}
