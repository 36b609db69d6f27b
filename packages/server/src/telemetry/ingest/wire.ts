import { isUtf8 } from 'node:buffer';
import { notUtf8, tooMany, unreadable } from './errors.ts';
import { mostMessages } from './limits.ts';

/** Bytes of a list of packed numbers: buckets or references of one series. */
const packedBytes = 64 * 1024;
/** Names of attributes that were read lately, by a hash of their bytes. */
const nameSlots = 4096;
const longestName = 64;
const names: ({ readonly bytes: Uint8Array; readonly text: string } | undefined)[] = Array.from({
  length: nameSlots,
});

const scratch = new DataView(new ArrayBuffer(8));

const truncated = () => unreadable('The body ends in the middle of a message.');

/**
 * Reads the wire format of protocol buffers from a part of a body (protobuf.dev, "Encoding"). Every read
 * is checked against the end; what does not fit is `unreadable`.
 */
export class Wire {
  readonly bytes: Buffer;
  at: number;
  end: number;
  #messages = 0;

  constructor(bytes: Buffer) {
    this.bytes = bytes;
    this.at = 0;
    this.end = bytes.length;
  }

  /** An unsigned number; above 2^53 with the precision of a double. */
  varint(): number {
    const { bytes } = this;
    let at = this.at;
    let byte = at < this.end ? bytes[at++]! : this.#fail();
    if (byte < 0x80) {
      this.at = at;
      return byte;
    }
    let value = byte & 0x7f;
    let factor = 128;
    for (let count = 1; count < 10; count += 1) {
      byte = at < this.end ? bytes[at++]! : this.#fail();
      value += (byte & 0x7f) * factor;
      if (byte < 0x80) {
        this.at = at;
        return value;
      }
      factor *= 128;
    }
    throw unreadable('The body holds a number of more than ten bytes.');
  }

  /** A signed number in two's complement, as `int64` is written. */
  int64(): number {
    const from = this.at;
    const value = this.varint();
    // Only negative numbers and those beyond all times take ten bytes.
    return this.at - from === 10 ? Number(this.#exactInt64(from)) : value;
  }

  /** The length of what follows, which is inside this part. */
  length(): number {
    const length = this.varint();
    if (length > this.end - this.at) throw truncated();
    return length;
  }

  /** Where what follows ends: a length is read, and `at` stands behind it. */
  run(): number {
    const length = this.length();
    return this.at + length;
  }

  /** As `run`, for what becomes an object or an item of a list: of these a body may hold so many only. */
  message(): number {
    this.count();
    return this.run();
  }

  /** Counts an item of a list that is no message. */
  count(): void {
    this.#messages += 1;
    if (this.#messages > mostMessages) throw tooMany('messages', mostMessages);
  }

  /** As `run`, for a list of numbers that stand without tags. */
  packed(): number {
    const to = this.run();
    if (to - this.at > packedBytes) throw tooMany('bytes of numbers in one list', packedBytes);
    return to;
  }

  text(): string {
    return this.#textTo(this.run());
  }

  #textTo(to: number): string {
    const from = this.at;
    this.at = to;
    const text = this.bytes.toString('utf8', from, this.at);
    if (text.includes('\uFFFD') && !isUtf8(this.bytes.subarray(from, this.at))) throw notUtf8('A text');
    return text;
  }

  /** A text that comes again and again, such as the name of an attribute. */
  name(): string {
    const to = this.run();
    const from = this.at;
    const length = to - from;
    if (length > longestName) return this.#textTo(to);
    const { bytes } = this;
    let hash = length;
    for (let at = from; at < to; at += 1) hash = Math.imul(hash, 31) + bytes[at]!;
    const place = (hash ^ (hash >>> 12)) & (nameSlots - 1);
    const known = names[place];
    if (known !== undefined && known.bytes.length === length) {
      let at = 0;
      while (at < length && known.bytes[at] === bytes[from + at]) at += 1;
      if (at === length) {
        this.at = to;
        return known.text;
      }
    }
    const copy = Uint8Array.prototype.slice.call(bytes, from, to);
    const text = this.#textTo(to);
    names[place] = { bytes: copy, text };
    return text;
  }

  /** The low half of a little-endian 64-bit value; the high half is the next one. */
  word(): number {
    const { bytes, at } = this;
    if (this.end - at < 4) throw truncated();
    this.at = at + 4;
    return (bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24)) >>> 0;
  }

  double(): number {
    scratch.setUint32(0, this.word(), true);
    scratch.setUint32(4, this.word(), true);
    return scratch.getFloat64(0, true);
  }

  /** An `int64`; as decimal digits where a double cannot hold it. */
  integer(): number | string {
    const from = this.at;
    const value = this.int64();
    return Number.isSafeInteger(value) ? value : String(this.#exactInt64(from));
  }

  /** Bytes with their length before them, as text. */
  encoded(encoding: 'hex' | 'base64'): string {
    const to = this.run();
    const text = this.bytes.toString(encoding, this.at, to);
    this.at = to;
    return text;
  }

  /** Steps over a field of this tag. Groups are not part of any protocol that is read here. */
  skip(tag: number): void {
    const type = tag & 7;
    if (tag >>> 3 === 0) throw unreadable('The body holds a field without a number.');
    if (type === 0) this.varint();
    else if (type === 2) this.at = this.run();
    else if (type === 1 || type === 5) {
      const size = type === 1 ? 8 : 4;
      if (this.end - this.at < size) throw truncated();
      this.at += size;
    } else throw unreadable('The body holds a field of an unknown type.');
  }

  /** The signed number that stands from `from` to here, with all its digits. */
  #exactInt64(from: number): bigint {
    let value = 0n;
    for (let at = from; at < this.at; at += 1) {
      value |= BigInt(this.bytes[at]! & 0x7f) << BigInt(7 * (at - from));
    }
    return BigInt.asIntN(64, value);
  }

  #fail(): never {
    throw truncated();
  }
}
