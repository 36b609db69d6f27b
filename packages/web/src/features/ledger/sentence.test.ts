import { expect, test } from 'vitest';
import { rateWords, retentionWords } from './sentence.ts';

test('a retention is told in years when it is some, leap days aside', () => {
  expect(retentionWords(730)).toBe('2 years');
  expect(retentionWords(2557)).toBe('7 years');
  expect(retentionWords(90)).toBe('90 days');
  expect(retentionWords(365)).toBe('1 year');
  expect(retentionWords(400)).toBe('400 days');
  expect(retentionWords(null)).toBe('for ever');
});

test('a rate has a unit in which it can be felt', () => {
  expect(rateWords(0)).toBe('none now');
  expect(rateWords(12_345)).toBe('12,345/s');
  expect(rateWords(1.26)).toBe('1.3/s');
  expect(rateWords(0.02)).toBe('1.2/min');
});
