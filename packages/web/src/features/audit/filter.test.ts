import { expect, test } from 'vitest';
import { chipsOf, filterOf, searchOf, timeOf, withFilter, withoutFilter } from './filter.ts';
import { readAuditSearch } from './search.ts';

const now = 1_800_000_000_000;
const day = 86_400_000;

test('without a wish the last week is shown, with no end, so that the newest is in it', () => {
  expect(timeOf({}, now)).toEqual({ name: '7d', from: now - 7 * day, to: undefined });
  expect(timeOf({ range: 'nonsense' }, now).name).toBe('7d');
  expect(timeOf({ range: 'all' }, now)).toEqual({ name: 'all', from: undefined, to: undefined });
  expect(timeOf({ range: '24h', from: 5 }, now)).toEqual({ name: null, from: 5, to: undefined });
});

test('the address comes back as it was written, also with several details', () => {
  const search = readAuditSearch({
    text: 'prize',
    actor: '17',
    detail: '["order.id=17","note=a b"]',
    from: '1000',
    to: '2000',
    requestId: 4711,
    unknown: 'x',
  });
  expect(search).toMatchObject({ text: 'prize', actor: '17', requestId: '4711', from: 1000, to: 2000 });
  expect(search.detail).toEqual(['order.id=17', 'note=a b']);
  expect(search).not.toHaveProperty('unknown');
  expect(readAuditSearch({ detail: 'order.id=17' }).detail).toEqual(['order.id=17']);
  expect(readAuditSearch({ detail: '[broken' }).detail).toEqual(['[broken']);
  expect(readAuditSearch({ from: 'yesterday', outcome: '' })).toMatchObject({ from: undefined });
});

test('the server is asked for what is set and for nothing else', () => {
  const search = readAuditSearch({ outcome: 'denied', severity: 'enormous', party: 'usr_1', range: 'all' });
  expect(filterOf(search, now)).toEqual({ outcome: 'denied', party: 'usr_1' });
});

test('every filter is a chip that can be taken off, details one by one', () => {
  let search = readAuditSearch({ source: 'shop' });
  search = withFilter(search, 'detail', 'a=1');
  search = withFilter(search, 'detail', 'b=2');
  search = withFilter(search, 'detail', 'a=1');
  search = withFilter(search, 'source', 'payments');
  const chips = chipsOf(search);
  expect(chips.map(({ title, value }) => `${title} ${value}`)).toEqual([
    'Source payments',
    'Detail a=1',
    'Detail b=2',
  ]);
  for (const chip of chips) search = withoutFilter(search, chip);
  expect(chipsOf(search)).toEqual([]);
  expect(search.detail).toBeUndefined();
});

test('a search that was kept shows what it filters by', () => {
  const kept = { outcome: 'denied', detail: ['a=1'], from: 1000 } as const;
  expect(filterOf(searchOf(kept), now)).toEqual(kept);
});
