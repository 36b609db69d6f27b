import fc, { type Arbitrary } from 'fast-check';
import { varint } from './protobuf-writer.ts';

/** What may happen to a body on its way, or be done to it. Places are shares of its length. */
type Mutation =
  | { readonly kind: 'cut'; readonly at: number }
  | { readonly kind: 'flip'; readonly at: number; readonly bit: number }
  /** Puts bytes in, or in the place of as many. */
  | { readonly kind: 'insert' | 'overwrite'; readonly at: number; readonly bytes: Uint8Array }
  | { readonly kind: 'repeat'; readonly at: number; readonly length: number; readonly times: number };

const share = fc.double({ min: 0, max: 1, noNaN: true });

/** Bytes that mean much: lengths and numbers beyond everything, tags of other wire types, no UTF-8, JSON's marks. */
const telling = fc.constantFrom<Uint8Array[]>(
  varint(2 ** 31 - 1),
  varint(2 ** 32),
  varint(2n ** 64n - 1n),
  Buffer.alloc(12, 0xff),
  Buffer.alloc(40, 0x0a),
  Buffer.from([0x00]),
  Buffer.from([0x0b]),
  Buffer.from([0x0d]),
  Buffer.from([0x12, 0x00]),
  Buffer.from([0xff, 0xfe]),
  Buffer.from([0xed, 0xa0, 0x80]),
  Buffer.from('\n'),
  Buffer.from('"'),
  Buffer.from('{"constructor":'),
  Buffer.from('__proto__'),
  Buffer.from('[['),
  Buffer.from('1e999'),
  Buffer.from('99999 <13>'),
);

const mutation: Arbitrary<Mutation> = fc.oneof(
  fc.record({ kind: fc.constant('cut'), at: share }),
  fc.record({ kind: fc.constant('flip'), at: share, bit: fc.nat(7) }),
  fc.record({
    kind: fc.constantFrom('insert', 'overwrite'),
    at: share,
    bytes: fc.oneof(telling, fc.uint8Array({ minLength: 1, maxLength: 8 })),
  }),
  fc.record({ kind: fc.constant('repeat'), at: share, length: fc.nat(30), times: fc.nat(2_000) }),
);

export const mutations: Arbitrary<readonly Mutation[]> = fc.array(mutation, { minLength: 1, maxLength: 4 });

/** The body after all that. */
export function mutated(body: Uint8Array, given: readonly Mutation[]): Buffer {
  let bytes = Buffer.from(body);
  for (const one of given) {
    const at = Math.floor(one.at * bytes.length);
    const before = bytes.subarray(0, at);
    if (one.kind === 'cut') bytes = Buffer.from(before);
    else if (one.kind === 'flip') {
      if (at < bytes.length) bytes[at]! ^= 1 << one.bit;
    } else if (one.kind === 'repeat') {
      const part = bytes.subarray(at, at + one.length);
      bytes = Buffer.concat([before, ...Array.from({ length: one.times }, () => part), bytes.subarray(at)]);
    } else {
      const rest = bytes.subarray(one.kind === 'insert' ? at : at + one.bytes.length);
      bytes = Buffer.concat([before, one.bytes, rest]);
    }
  }
  return bytes;
}
