import { expect, test } from 'vitest';
import { atCaret, complete, narrowed, valueText, withCondition } from './query-text.ts';

const here = (text: string) => {
  const caret = text.indexOf('|');
  return atCaret(text.replace('|', ''), caret);
};

test('a word at the caret is a field, and after a colon a value', () => {
  expect(here('level:error ser|')).toEqual({ from: 12, to: 15, field: null, prefix: 'ser' });
  expect(here('-serv|')).toEqual({ from: 1, to: 5, field: null, prefix: 'serv' });
  expect(here('level:er|')).toEqual({ from: 6, to: 8, field: 'level', prefix: 'er' });
  expect(here('(service:a|')).toEqual({ from: 9, to: 10, field: 'service', prefix: 'a' });
  expect(here('service:"my s|')).toEqual({ from: 8, to: 13, field: 'service', prefix: 'my s' });
  expect(here('|')).toEqual({ from: 0, to: 0, field: null, prefix: '' });
});

test('inside a phrase, a comparison or a pattern nothing is completed', () => {
  expect(here('"payment fa|')).toBeNull();
  expect(here('duration:>1|')).toBeNull();
  expect(here('path:/a|')).toBeNull();
});

test('what is chosen takes the place of the word, with what follows it kept', () => {
  expect(complete('ser level:error', { from: 0, to: 3, field: null, prefix: 'ser' }, 'service')).toEqual({
    text: 'service: level:error',
    caret: 8,
  });
  expect(complete('host:a', { from: 5, to: 6, field: 'host', prefix: 'a' }, 'a b')).toEqual({
    text: 'host:"a b" ',
    caret: 11,
  });
});

test('values that are no plain word are quoted', () => {
  expect(valueText('api')).toBe('api');
  expect(valueText('a "b"')).toBe(String.raw`"a \"b\""`);
  expect(valueText('-x')).toBe('"-x"');
  expect(valueText('')).toBe('""');
});

test('a condition is added once, and takes back its opposite', () => {
  expect(withCondition('', { field: 'level', value: 'error' })).toBe('level:error');
  expect(withCondition('level:error', { field: 'level', value: 'error' })).toBe('level:error');
  expect(withCondition('a level:error b', { field: 'level', value: 'error', exclude: true })).toBe(
    'a b -level:error',
  );
  expect(withCondition('-level:error', { field: 'level', value: 'error' })).toBe('level:error');
});

test('alternatives are put into brackets before they are narrowed', () => {
  expect(narrowed('a OR b', 'c')).toBe('(a OR b) c');
  expect(narrowed(' (a OR b) "x OR y" ', 'c')).toBe('(a OR b) "x OR y" c');
  expect(narrowed('a', 'b OR c')).toBe('a (b OR c)');
  expect(withCondition('level:error OR level:warn', { field: 'service', value: 'api' })).toBe(
    '(level:error OR level:warn) service:api',
  );
});
