import { expect, test } from 'vitest';
import { parseRetryAfter } from './retry-after.ts';

const now = Date.parse('2026-01-01T00:00:00Z');

test('Retry-After is read as seconds or as an HTTP date', () => {
  expect(parseRetryAfter('120', now)).toBe(120);
  expect(parseRetryAfter(' 0 ', now)).toBe(0);
  expect(parseRetryAfter('Thu, 01 Jan 2026 00:02:00 GMT', now)).toBe(120);
  expect(parseRetryAfter('Wed, 31 Dec 2025 23:00:00 GMT', now)).toBe(0);
});

test('anything else is no Retry-After', () => {
  for (const text of [undefined, '', '-5', '1.5', 'soon', 'Thu, 99 Foo 2026 00:00:00 GMT']) {
    expect(parseRetryAfter(text, now)).toBeNull();
  }
});
