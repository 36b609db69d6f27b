import { crc32 } from 'node:zlib';

/**
 * One line of a spool file: eight hexadecimal digits of the CRC-32 of the rest, a space, JSON, a newline.
 *
 * - `event`: an event by its number, as the text that is sent.
 * - `batch`: the events `from` to `to` are sent under this key from here on; a later batch that begins at the
 *   same event takes its place.
 * - `done`: the server has answered for every event up to this number.
 */
export type SpoolLine =
  | { readonly kind: 'event'; readonly seq: number; readonly text: string }
  | {
      readonly kind: 'batch';
      readonly key: string;
      readonly from: number;
      readonly to: number;
      /** How many events these are. */
      readonly count: number;
    }
  | { readonly kind: 'done'; readonly to: number };

export function encodeLine(line: SpoolLine): Buffer {
  const json = JSON.stringify(line);
  return Buffer.from(`${crc32(json).toString(16).padStart(8, '0')} ${json}\n`);
}

/** Reads a line without its newline; undefined when it is not what was written. */
export function decodeLine(bytes: Buffer): SpoolLine | undefined {
  const json = bytes.subarray(9);
  const sum = bytes.subarray(0, 8).toString('latin1');
  if (bytes.length < 10 || bytes[8] !== 0x20 || !/^[0-9a-f]{8}$/.test(sum)) return undefined;
  if (crc32(json) !== Number.parseInt(sum, 16)) return undefined;
  return JSON.parse(json.toString('utf8')) as SpoolLine;
}
