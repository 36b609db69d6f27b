import fc from 'fast-check';
import { expect, test } from 'vitest';
import { decodeHeader, decodeRecords, encodeHeader, encodeRecord } from './segment.ts';

function decoded(buffer: Buffer): { readonly lines: readonly string[]; readonly bytes: number } {
  const { rows, bytes } = decodeRecords(buffer, Infinity);
  return {
    lines: rows.starts.map((start, index) => buffer.toString('utf8', start, rows.ends[index])),
    bytes,
  };
}

const line = fc.json({ maxDepth: 1 }).filter((text) => !text.includes('\n'));
const record = fc.array(line, { minLength: 1, maxLength: 5 });

test('what is cut anywhere reads back as the whole records before the cut', () => {
  fc.assert(
    fc.property(fc.array(record, { minLength: 1, maxLength: 6 }), fc.nat(), (records, at) => {
      const encoded = records.map((lines) => encodeRecord(lines));
      const buffer = Buffer.concat(encoded);
      const cut = at % (buffer.length + 1);
      const whole: string[] = [];
      let bytes = 0;
      for (const [index, part] of encoded.entries()) {
        if (bytes + part.length > cut) break;
        bytes += part.length;
        whole.push(...(records[index] ?? []));
      }
      expect(decoded(buffer.subarray(0, cut))).toEqual({ lines: whole, bytes });
    }),
  );
});

test('a changed byte ends the reading before its record', () => {
  const first = encodeRecord(['{"a":1}']);
  const second = encodeRecord(['{"a":2}', '{"a":3}']);
  for (let at = 0; at < second.length; at += 1) {
    const buffer = Buffer.concat([first, second]);
    buffer[first.length + at] = (buffer[first.length + at] ?? 0) ^ 0x41;
    expect(decoded(buffer)).toEqual({ lines: ['{"a":1}'], bytes: first.length });
  }
});

test('a header tells its id, and a torn or foreign one is none', () => {
  const header = encodeHeader('0123456789abcdef');
  expect(decodeHeader(header)).toBe('0123456789abcdef');
  expect(decodeHeader(header.subarray(0, 23))).toBeUndefined();
  expect(decodeHeader(Buffer.alloc(24))).toBeUndefined();
});
