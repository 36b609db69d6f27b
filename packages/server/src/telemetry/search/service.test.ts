import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { temporaryDirectory, testColumns } from '../../../test/columns.ts';
import { keepRecords, logRecord } from '../../../test/log-records.ts';
import { systemClock } from '../../base/clock.ts';
import { openState } from '../../storage/state/open.ts';
import type { State } from '../../storage/state/state.ts';
import { silentLogger } from '../../base/logger.ts';
import type { StoredRecord } from '../logs/types.ts';
import { bucketOf } from './histogram.ts';
import { nameOf, viewOf } from './place.ts';
import { createLogSearch, type LogSearch } from './service.ts';
import type { FoundRecord, Place } from './types.ts';

const directory = temporaryDirectory();
const columns = testColumns({ dataDirectory: directory.path });
const hour = 3_600_000;
const to = Math.floor(Date.now() / hour) * hour;
const from = to - 6 * hour;
const span = { from, to };
let state: State;
let search: LogSearch;
let records: StoredRecord[];

beforeAll(async () => {
  state = await openState({
    url: `sqlite:${directory.path}/state.sqlite`,
    clock: systemClock,
    log: silentLogger,
  });
  search = createLogSearch({ columns, state, clock: systemClock });
  await columns.start();
  await columns.ready();
  const all = Array.from({ length: 3_000 }, (_, index) =>
    logRecord({
      // Many at the same millisecond, and none for hours.
      timeMs: from + Math.floor((index % 100) / 10) * 1_000 + (index % 3 === 0 ? 5 * hour : 0),
      category: index % 4 === 0 ? 'security' : 'application',
      severity: index % 10 === 0 ? 'error' : 'info',
      service: `service-${index % 3}`,
      host: `host-${index % 2}`,
      message:
        index % 5 === 0
          ? `user ${index} logged in from 10.0.0.${index % 250} after ${index % 7} tries`
          : `order ${index}: payment of ${index}.50 EUR failed (code ${index % 9})`,
      attributes: { 'order.id': String(index), region: index % 2 === 0 ? 'north' : 'south' },
    }),
  );
  // In several calls, so that they stand in several blocks.
  records = [];
  for (let start = 0; start < all.length; start += 1_000)
    records.push(...(await keepRecords(columns, all.slice(start, start + 1_000))));
});
afterAll(async () => {
  await columns.stop();
  await state.close();
  directory.remove();
});

const placeOfRecord = (record: StoredRecord): Place => {
  const [spoolId = '', row = ''] = record.id.split('-');
  return { timeMs: record.timeMs, spoolId, spoolRow: Number(row) };
};
const inOrder = (left: Place, right: Place): number =>
  left.timeMs - right.timeMs ||
  (left.spoolId < right.spoolId ? -1 : left.spoolId > right.spoolId ? 1 : left.spoolRow - right.spoolRow);

async function pages(order: 'newest' | 'oldest', query: string, limit: number): Promise<string[]> {
  const scope = search.scope({ query, ...span });
  const ids: string[] = [];
  let after: Place | null = null;
  for (;;) {
    const page: FoundRecord[] = await search.list(scope, { order, limit, after });
    ids.push(...page.map(({ view }) => view.id));
    if (page.length < limit) return ids;
    after = page.at(-1)?.place ?? null;
  }
}

test.each([
  ['newest', '', 500],
  ['oldest', '', 333],
  ['newest', 'level:error', 7],
  ['oldest', 'region:north -service:service-1', 100],
] as const)('pages in %s order of "%s" have each record once', async (order, query, limit) => {
  const wanted = records
    .filter(({ severity, service, attributes }) =>
      query === 'level:error'
        ? severity === 'error'
        : query === '' || (attributes['region'] === 'north' && service !== 'service-1'),
    )
    .map(placeOfRecord)
    .toSorted(inOrder)
    .map(nameOf);
  expect(await pages(order, query, limit)).toEqual(order === 'newest' ? wanted.toReversed() : wanted);
});

test('records that come while pages are turned move none of them', async () => {
  const scope = search.scope({ query: 'service:late', from: to, to: to + hour });
  const late = await keepRecords(
    columns,
    Array.from({ length: 10 }, (_, index) => logRecord({ timeMs: to + index * 1000, service: 'late' })),
  );
  const first = await search.list(scope, { order: 'newest', limit: 5, after: null });
  await keepRecords(columns, [logRecord({ timeMs: to + 20_000, service: 'late' })]);
  const rest = await search.list(scope, { order: 'newest', limit: 50, after: first.at(-1)?.place ?? null });
  expect([...first, ...rest].map(({ view }) => view.id)).toEqual(
    late.map((record) => viewOf(record).id).toReversed(),
  );
});

test('a record is shown as it was accepted, and found by its name', async () => {
  const record = records[17] as StoredRecord;
  const view = viewOf(record);
  expect(await search.record(view.id)).toEqual(view);
  await expect(search.record('1-abcdef-0')).rejects.toMatchObject({ code: 'not_found' });
  await expect(search.record("x'); DROP")).rejects.toMatchObject({ code: 'not_found' });
});

test('what is around a record is of the same service and host, the nearest first', async () => {
  const record = records[1_500] as StoredRecord;
  const { before, after } = await search.surroundings(viewOf(record).id);
  const same = records
    .filter(({ service, host }) => service === record.service && host === record.host)
    .map(placeOfRecord)
    .toSorted(inOrder)
    .map(nameOf);
  const at = same.indexOf(viewOf(record).id);
  expect(before.map(({ id }) => id)).toEqual(same.slice(Math.max(0, at - 20), at));
  expect(after.map(({ id }) => id)).toEqual(same.slice(at + 1, at + 21));
});

test('a histogram counts every record in its step and names steps without any', async () => {
  const scope = search.scope({ query: '', ...span });
  const { bucketMs, buckets, total } = await search.histogram(scope, 60);
  expect(bucketMs).toBe(600_000);
  expect(buckets.length).toBe(36);
  expect(total).toBe(3_000);
  const counted = new Map<string, number>();
  for (const { timeMs, severity } of records) {
    const key = `${Math.floor(timeMs / bucketMs) * bucketMs} ${severity}`;
    counted.set(key, (counted.get(key) ?? 0) + 1);
  }
  const shown = buckets.flatMap(({ at, counts }) =>
    Object.entries(counts).map(([severity, count]) => [`${at} ${severity}`, count] as const),
  );
  expect(new Map(shown)).toEqual(counted);
});

test('a span of time never has more steps than were asked for', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 0, max: 4e12 }),
      fc.integer({ min: 1, max: 4e11 }),
      fc.integer({ min: 1, max: 500 }),
      (start, length, buckets) => {
        const step = bucketOf(start, start + length, buckets);
        expect(Math.ceil((start + length) / step) - Math.floor(start / step)).toBeLessThanOrEqual(buckets);
      },
    ),
  );
});

test('the longest span there is has steps that can be told', async () => {
  const first = Date.parse('0001-01-01T00:00:00Z');
  const last = Date.parse('9999-12-31T23:59:59Z');
  const { buckets, total } = await search.histogram(search.scope({ query: '', from: first, to: last }), 50);
  expect(total).toBeGreaterThanOrEqual(3_000);
  expect(buckets.length).toBeGreaterThan(40);
  for (const { at } of buckets) expect(new Date(at).toISOString()).toMatch(/^\d{4}-/);
  for (const order of ['newest', 'oldest'] as const) {
    const scope = search.scope({ query: '', from: first, to: last });
    expect((await search.list(scope, { order, limit: 5, after: null })).length).toBe(5);
  }
  expect(await search.total(search.scope({ query: '', from: first, to: first + 1 }))).toBe(0);
});

test('autocomplete knows fields and values, most used first', async () => {
  const scope = search.scope({ query: '', ...span });
  const fields = await search.fields(scope, '');
  expect(fields.map(({ name }) => name)).toEqual([
    'level',
    'service',
    'host',
    'category',
    'trace',
    'span',
    'masked',
    'order.id',
    'region',
  ]);
  expect(await search.fields(scope, 'REG')).toEqual([{ name: 'region', records: 3_000 }]);
  expect(await search.values(scope, 'region', '')).toEqual([
    { value: 'north', records: 1_500 },
    { value: 'south', records: 1_500 },
  ]);
  expect(await search.values(search.scope({ query: 'level:error', ...span }), 'service', 'service-')).toEqual(
    [
      { value: 'service-0', records: 100 },
      { value: 'service-1', records: 100 },
      { value: 'service-2', records: 100 },
    ],
  );
  expect(await search.values(scope, 'level', '')).toContainEqual({ value: 'error', records: 300 });
  expect(await search.values(scope, "x'] --", '')).toEqual([]);
});

test('similar lines are folded into shapes, whose searches find them', async () => {
  const scope = search.scope({ query: '', ...span });
  const { sampled, total, patterns } = await search.patterns(scope);
  expect([sampled, total]).toEqual([3_000, 3_000]);
  expect(patterns.map(({ shape, count }) => [shape, count])).toEqual([
    ['order <*>: payment of <*> EUR failed (code <*>)', 2_400],
    ['user <*> logged in from <*> after <*> tries', 600],
  ]);
  for (const { query, count } of patterns)
    expect(await search.total(search.scope({ query, ...span }))).toBe(count);
});

test('a rule counts what was accepted before, in groups', async () => {
  const place = await columns.insert('log_record', [
    {
      time: ((to + 5 * hour) / 1000).toFixed(3),
      severity: 'error',
      service: 'new',
      message: 'x',
      category: 'debug',
    },
  ]);
  expect(place.firstRow).toBeGreaterThanOrEqual(0);
  const counts = await search.count({
    query: 'level:error',
    fromMs: from,
    toMs: to + 6 * hour,
    by: ['service', 'region'],
  });
  expect(counts.complete).toBe(true);
  expect(counts.groups).toEqual([
    { values: ['service-0', 'north'], count: 100 },
    { values: ['service-1', 'north'], count: 100 },
    { values: ['service-2', 'north'], count: 100 },
    { values: ['new', ''], count: 1 },
  ]);
  expect(await search.count({ query: '', fromMs: from, toMs: to, by: [] })).toEqual({
    complete: true,
    groups: [{ values: [], count: 3_000 }],
  });
});

test('an export has every record, newest first', async () => {
  const ids: string[] = [];
  for await (const record of search.exportRows(search.scope({ query: '', ...span }))) ids.push(record.id);
  expect(ids).toEqual(records.map(placeOfRecord).toSorted(inOrder).toReversed().map(nameOf));
});

test('a span that ends before it begins is refused, and a category narrows every search', async () => {
  expect(() => search.scope({ query: '', from: 5, to: 5 })).toThrow(
    expect.objectContaining({ code: 'invalid_input' }) as Error,
  );
  const scope = search.scope({ query: 'level:error OR level:info', category: ['security'], ...span });
  expect(await search.total(scope)).toBe(750);
});
