import { expect, test } from 'vitest';
import { withRecent } from './recent.ts';

test('the newest expression is first, and each is there once', () => {
  const list = ['up', 'rate(a[5m])'].reduce(withRecent, [] as readonly string[]);
  expect(list).toEqual(['rate(a[5m])', 'up']);
  expect(withRecent(list, ' up ')).toEqual(['up', 'rate(a[5m])']);
  expect(withRecent(list, '  ')).toBe(list);
});

test('the oldest give way', () => {
  const list = Array.from({ length: 60 }, (_, index) => `a${index}`).reduce(
    withRecent,
    [] as readonly string[],
  );
  expect(list).toHaveLength(40);
  expect(list[0]).toBe('a59');
  expect(list.at(-1)).toBe('a20');
});
