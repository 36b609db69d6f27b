import { describe, expect, test } from 'vitest';
import { readLines } from './ndjson.ts';

const defaults = { timeMs: 1_700_000_000_000, severity: 'info', service: '', host: '' } as const;
const read = (text: string) => {
  const { records, faults } = readLines(Buffer.from(text), 'json', defaults);
  return {
    messages: records.map(({ message }) => message),
    faults: faults.map(({ line, reason }) => `${line} ${reason}`),
  };
};

describe('lines of JSON', () => {
  test.each([
    ['', []],
    ['\n', []],
    ['{"message":"a"}', ['a']],
    ['{"message":"a"}\n{"message":"b"}\n', ['a', 'b']],
    ['{"message":"a"}\r\n{"message":"b"}\r\n', ['a', 'b']],
    ['{"message":"a"}\n\n\n{"message":"b"}\n\n', ['a', 'b']],
    ['{"message":"a\\n,]"}\n{"message":"[,\\u2028"}', ['a\n,]', '[,\u2028']],
  ])('%j are read', (text, messages) => {
    expect(read(text)).toEqual({ messages, faults: [] });
  });

  test.each([
    ['{"message":"a"}\n{"message":\n{"message":"c"}', ['a', 'c'], ['2 unreadable']],
    // Together these would be an array of as many values as there are lines, or of more.
    ['{"message":"a"},{"message":"b"}', [], ['1 unreadable']],
    ['{"message":"a"}\n1\n[{"message":"b"}]\nnull', ['a'], ['2 unreadable', '3 unreadable', '4 unreadable']],
    [']\n[', [], ['1 unreadable', '2 unreadable']],
  ])('%j: what is wrong is left out by its line', (text, messages, faults) => {
    expect(read(text)).toEqual({ messages, faults });
  });

  test('a line above 1 MiB is left out, and the others stay', () => {
    const long = `{"message":"${'x'.repeat(1024 * 1024)}"}`;
    expect(read(`{"message":"a"}\n${long}\n{"message":"c"}`)).toEqual({
      messages: ['a', 'c'],
      faults: ['2 too_large'],
    });
  });
});
