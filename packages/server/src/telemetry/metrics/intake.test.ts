import { expect, test } from 'vitest';
import { createManualClock, type ManualClock } from '../../base/clock.ts';
import { disabledColumns } from '../../storage/columns/disabled.ts';
import type { Columns } from '../../storage/columns/columns.ts';
import { batchOf, metricsOn, source } from './metrics-fixture.ts';
import type { Metrics } from './service.ts';
import type { MetricsLimits } from './types.ts';

/** Columns that take everything and say what they were given. */
function recorder(): { readonly columns: Columns; readonly rows: [string, number][] } {
  const rows: [string, number][] = [];
  const columns: Columns = {
    ...disabledColumns(0),
    async insert(table, given) {
      rows.push([table, given.length]);
      return { spoolId: 'test', firstRow: 0 };
    },
  };
  return { columns, rows };
}

function metrics(limits: Partial<MetricsLimits>): {
  metrics: Metrics;
  clock: ManualClock;
  rows: [string, number][];
} {
  const clock = createManualClock();
  const { columns, rows } = recorder();
  return { metrics: metricsOn(columns, { clock, limits }), clock, rows };
}

test('labels out of bounds are refused, each with its reason', () => {
  const { intake } = metrics({}).metrics;
  const reasonOf = (labels: Record<string, string>): string => {
    const answer = intake.series(labels, source);
    return 'reason' in answer ? answer.reason : 'taken';
  };
  const many = Object.fromEntries(Array.from({ length: 64 }, (_, index) => [`l${index}`, 'x']));
  const long = Object.fromEntries(Array.from({ length: 9 }, (_, index) => [`l${index}`, 'x'.repeat(2_000)]));
  expect(reasonOf({ job: 'a' })).toBe('label_invalid');
  expect(reasonOf({ __name__: '' })).toBe('label_invalid');
  expect(reasonOf({ __name__: 'm', '': 'x' })).toBe('label_invalid');
  expect(reasonOf({ __name__: 'm', ...many })).toBe('too_many_labels');
  expect(reasonOf({ __name__: 'm', ...many, l0: '' })).toBe('taken');
  expect(reasonOf({ __name__: 'm', ['l'.repeat(257)]: 'x' })).toBe('label_too_long');
  expect(reasonOf({ __name__: 'm', l: 'ä'.repeat(1_025) })).toBe('label_too_long');
  expect(reasonOf({ __name__: 'm', ...long })).toBe('label_too_long');
  expect(reasonOf({ __name__: 'm', l: '\ud800' })).toBe('not_utf8');
});

test('a source may make so many series a minute, another one as many, and all of them no more than the limit', async () => {
  const { metrics: store, clock } = metrics({ newSeriesPerMinute: 10, series: 25 });
  const made = (name: string, from: number): (string | number)[] =>
    Array.from({ length: 11 }, (_, index) => {
      const answer = store.intake.series({ __name__: 'm', i: `${from + index}` }, { ...source, name });
      return 'reason' in answer ? answer.reason : 'taken';
    });
  const ten = Array.from({ length: 10 }, () => 'taken');
  expect(made('one', 0)).toEqual([...ten, 'too_many_new_series']);
  expect(made('two', 100)).toEqual([...ten, 'too_many_new_series']);
  await clock.advance(30_000);
  expect(made('one', 200).filter((answer) => answer === 'taken')).toHaveLength(5);
  expect(made('one', 300)[0]).toBe('too_many_series');
  // Those that are known are still served.
  expect(store.intake.series({ __name__: 'm', i: '0' }, source)).toHaveProperty('ref');
});

test('a series is announced once a day, and samples that are known already go nowhere', async () => {
  const { metrics: store, clock, rows } = metrics({});
  const at = clock.now();
  const m = { __name__: 'm' };
  await store.intake.append(
    batchOf(store, [
      [m, at, 1],
      [m, at + 1, 2],
    ]),
    source,
  );
  await store.intake.append(batchOf(store, [[m, at + 2, 1]]), source);
  await store.intake.append(batchOf(store, [[m, at + 2, 1]]), source);
  await store.intake.append(
    batchOf(store, [
      [m, at - 86_400_000, 1],
      [m, at + 3, 1],
    ]),
    source,
  );
  expect(rows).toEqual([
    ['metric_series', 1],
    ['metric_sample_spool', 1],
    ['metric_sample_spool', 1],
    ['metric_series', 1],
    ['metric_sample_spool', 2],
  ]);
});

test('what is too old leaves the head, a series without samples is forgotten, and comes back when it is sent again', async () => {
  const { metrics: store, clock } = metrics({ headMs: 600_000 });
  await store.start();
  const batch = batchOf(store, [[{ __name__: 'm' }, clock.now(), 1]]);
  await store.intake.append(batch, source);
  const begun = clock.now();
  expect(store.status()).toMatchObject({ series: 1, headSamples: 1, headFromMs: begun });
  await clock.advance(590_000);
  expect(store.status()).toMatchObject({ series: 1, headSamples: 1, headFromMs: begun });
  await clock.advance(30_000);
  expect(store.status()).toMatchObject({ series: 0, headSamples: 0, headBytes: 0 });
  expect(store.status().headFromMs).toBeGreaterThan(begun);
  await store.intake.append({ ...batch, times: [clock.now()] }, source);
  expect(store.status()).toMatchObject({ series: 1, headSamples: 1 });
  await store.stop();
});

test('the head reaches back less far rather than take more memory than it may', async () => {
  const { metrics: store, clock } = metrics({ headBytes: 200_000 });
  await store.start();
  const names = Array.from({ length: 50 }, (_, index) => ({ __name__: 'm', i: String(index) }));
  for (let round = 0; round < 240; round += 1) {
    await store.intake.append(
      batchOf(
        store,
        names.map((labels) => [labels, clock.now(), round]),
      ),
      source,
    );
    await clock.advance(15_000);
  }
  const { headBytes, headFromMs, series } = store.status();
  expect(headBytes).toBeLessThan(230_000);
  expect(series).toBe(50);
  expect(clock.now() - headFromMs).toBeGreaterThan(300_000);
  expect(clock.now() - headFromMs).toBeLessThan(3_600_000);
  await store.stop();
});
