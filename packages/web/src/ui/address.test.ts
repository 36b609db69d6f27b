import { expect, test } from 'vitest';
import { readList, readText, readTime, readWhole } from './address.ts';

test('what looks like a number or a truth is the text that it is', () => {
  expect([0, true, 'a', '', null, {}].map(readText)).toEqual([
    '0',
    'true',
    'a',
    undefined,
    undefined,
    undefined,
  ]);
});

test('a whole number is read from text, and nothing else is one', () => {
  expect(['12', 12, '', '1.5', '1e99', 'x'].map(readWhole)).toEqual([12, 12, ...Array(4).fill(undefined)]);
});

test('a list is read however it was given, and text that only looks like one is one text', () => {
  expect([['a', 'b'], '["a","b"]', 'a', '[a'].map(readList)).toEqual([['a', 'b'], ['a', 'b'], ['a'], ['[a']]);
});

test('a range of time is a name or two ends', () => {
  expect(readTime({ range: '1h', from: 'x', to: 5 })).toEqual({ range: '1h', from: undefined, to: 5 });
});
