import { expect, test } from 'vitest';
import { newId, randomToken } from './ids.ts';

test('ids sort by the order of their making, also within one millisecond', () => {
  const ids = [1, 1, 1, 2, 3, 3].map((now) => newId('x', 1_767_225_600_000 + now));
  expect(ids.toSorted()).toEqual(ids);
  expect(new Set(ids).size).toBe(ids.length);
  expect(ids[0]).toMatch(/^x_[0-9a-hjkmnp-tv-z]{26}$/);
});

test('a token has 256 bits', () => {
  expect(Buffer.from(randomToken(), 'base64url')).toHaveLength(32);
});
