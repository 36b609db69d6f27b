import { expect, test } from 'vitest';
import { filterOf, readLogsSearch, timeOf } from './search.ts';

test('what the address does not say, or says wrongly, is as if it were not there', () => {
  expect(readLogsSearch({ category: 'nonsense', view: 'table', from: 'x', query: '' })).toEqual({});
  expect(
    readLogsSearch({ query: 404, category: ['audit', 'security', 'x'], view: 'live', to: '12' }),
  ).toEqual({ query: '404', category: ['security', 'audit'], view: 'live', to: 12 });
});

test('categories are understood in each way an address has for several', () => {
  for (const category of ['audit', ['audit'], '["audit"]'])
    expect(readLogsSearch({ category }).category).toEqual(['audit']);
  expect(readLogsSearch({ category: '[audit' }).category).toBeUndefined();
});

test('without a time it is the last hour, and a time that was chosen wins', () => {
  const now = 1_790_000_000_000;
  expect(timeOf({}, now)).toMatchObject({ name: '1h' });
  const { from = 0, to = 0 } = filterOf({}, now);
  expect([to - from, to >= now, to - now < 15_000]).toEqual([3_600_000, true, true]);
  expect(filterOf({ range: '7d', from: 5, to: 9, query: 'a' }, now)).toEqual({
    query: 'a',
    category: undefined,
    from: 5,
    to: 9,
  });
});
