import fc from 'fast-check';
import { expect, test } from 'vitest';
import { logRecord } from '../../../test/log-records.ts';
import { foldLines, queryOf, type Line } from './fold.ts';
import { parseSearch } from './language/parse.ts';
import { toTest } from './language/to-test.ts';

const line = (message: string, change: Partial<Line> = {}): Line => ({
  time_ms: 0,
  severity: 'info',
  service: 'api',
  message,
  ...change,
});
const shapesOf = (messages: readonly string[]): string[] =>
  foldLines(messages.map((message) => line(message))).map(
    ({ words, count }) => `${count} ${words.join(' ')}`,
  );

test('numbers, ids and addresses differ, words that are the same stay', () => {
  expect(
    shapesOf([
      'GET /orders/17 200 in 5 ms',
      'GET /orders/99 200 in 12.5 ms',
      'peer 10.0.0.1:443 closed, request 550e8400-e29b-41d4-a716-446655440000',
      'peer 10.0.0.77:80 closed, request 123e4567-e89b-12d3-a456-426614174000',
      'session 9f86d081884c7d65 opened for ada',
      'session 2c26b46b68ffc68f opened for bob',
      'decade facade',
    ]),
  ).toEqual([
    '2 GET /orders/<*> <*> in <*> ms',
    '2 peer <*> closed, request <*>',
    '2 session <*> opened for <*>',
    '1 decade facade',
  ]);
});

test('lines that share less than half of their words stay apart', () => {
  expect(shapesOf(['cache is warm now', 'cache was cold before', 'cache is cold now'])).toEqual([
    '2 cache is <*> now',
    '1 cache was cold before',
  ]);
});

test('a shape knows when it came, from where, and how severe it mostly was', () => {
  const [shape] = foldLines([
    line('disk full on 1', { time_ms: 50, service: 'a' }),
    line('disk full on 2', { time_ms: 10, severity: 'error', service: 'b' }),
    line('disk full on 3', { time_ms: 90, severity: 'error', service: 'b' }),
  ]);
  expect(shape).toMatchObject({ count: 3, firstMs: 10, lastMs: 90 });
  expect([...(shape?.severities ?? [])]).toEqual([
    ['info', 1],
    ['error', 2],
  ]);
});

test('the search of a shape finds every line of it, whatever is in them', () => {
  const word = fc.oneof(
    fc.constantFrom(
      'order',
      'failed',
      'id=17',
      '/a/b',
      '"q"',
      '(x)',
      '[y]',
      String.raw`\d`,
      '.*',
      '<*>',
      'é',
      'a/*b',
    ),
    fc.string({ unit: 'grapheme', maxLength: 6 }),
    fc.nat().map(String),
  );
  const message = fc
    .tuple(fc.constantFrom(' ', '  ', '\n', '\t'), fc.array(word, { maxLength: 80 }))
    .map(([blank, words]) => words.join(blank).toWellFormed());
  fc.assert(
    fc.property(fc.array(message, { minLength: 1, maxLength: 12 }), (messages) => {
      const shapes = foldLines(messages.map((one) => line(one)));
      expect(shapes.reduce((sum, { count }) => sum + count, 0)).toBe(messages.length);
      const tests = shapes.map((shape) => toTest(parseSearch(queryOf(shape), 0)));
      for (const one of messages)
        expect(tests.some((fits) => fits({ ...logRecord({ message: one }), id: 'a-1' }))).toBe(true);
    }),
    { numRuns: 300 },
  );
});
