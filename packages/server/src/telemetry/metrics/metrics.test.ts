import { afterEach, expect, test } from 'vitest';
import { eventually, temporaryDirectory, testColumns } from '../../../test/columns.ts';
import type { Columns } from '../../storage/columns/columns.ts';
import type { ColumnsOptions } from '../../storage/columns/create.ts';
import { batchOf, listed, matcher, metricsOn, selected, source } from './metrics-fixture.ts';
import type { Metrics } from './service.ts';

const cleanUp: (() => void | Promise<void>)[] = [];
afterEach(async () => {
  for (const undo of cleanUp.splice(0).toReversed()) await undo();
});

async function columnsIn(directory?: string, options: Partial<ColumnsOptions> = {}): Promise<Columns> {
  let dataDirectory = directory;
  if (dataDirectory === undefined) {
    const made = temporaryDirectory();
    cleanUp.push(made.remove);
    dataDirectory = made.path;
  }
  const columns = testColumns({ dataDirectory, ...options });
  cleanUp.push(() => columns.stop());
  await columns.start();
  return columns;
}

async function started(columns: Columns, shared = false): Promise<Metrics> {
  const metrics = metricsOn(columns, { shared });
  cleanUp.push(() => metrics.stop());
  await metrics.start();
  return metrics;
}

const now = Date.now();
const m = { __name__: 'm', job: 'a' };

test('samples come back from the head at once, and from columns after a restart, stale markers among them', async () => {
  const made = temporaryDirectory();
  cleanUp.push(made.remove);
  const columns = await columnsIn(made.path);
  const first = await started(columns);
  const sent = [
    [now - 3_000, 1.5],
    [now - 2_000, 'stale'],
    [now - 1_000, Number.NaN],
    [now, Number.NEGATIVE_INFINITY],
  ] as const;
  // The head reaches back to the start of this process until it is filled.
  await eventually(() => first.status().headFromMs < now - 3_000, 30_000);
  const answer = await first.intake.append(
    batchOf(
      first,
      sent.map(([atMs, value]) => [m, atMs, value]),
    ),
    source,
  );
  expect(answer).toEqual({ accepted: 4, refusals: [] });
  const range = { fromMs: now - 10_000, toMs: now };
  expect((await selected(first, range)).map(listed)).toEqual([sent]);
  await first.stop();
  await columns.stop();

  const again = await columnsIn(made.path);
  await again.ready();
  const asked = metricsOn(again);
  // Not started: nothing is in memory, so every sample comes from columns.
  expect((await selected(asked, range)).map((series) => [series.labels, listed(series)])).toEqual([
    [m, sent],
  ]);
  const second = await started(again);
  await eventually(() => second.status().headFromMs < now - 3_600_000, 30_000);
  expect(second.status()).toMatchObject({ series: 1, headSamples: 4 });
  await again.stop();
  expect((await selected(second, range)).map(listed)).toEqual([sent]);
});

test('a sample that comes twice is one, and a second value for the same time is refused', async () => {
  const columns = await columnsIn();
  const metrics = await started(columns);
  await columns.ready();
  await eventually(() => metrics.status().headFromMs < now - 3_600_000, 30_000);
  await metrics.intake.append(
    batchOf(metrics, [
      [m, now, 1],
      [m, now - 1_000, 'stale'],
    ]),
    source,
  );
  const again = await metrics.intake.append(
    batchOf(metrics, [
      [m, now, 1],
      [m, now - 1_000, 'stale'],
      [m, now, 2],
      [m, now - 500, 3],
    ]),
    source,
  );
  expect(again).toMatchObject({ accepted: 3, refusals: [{ reason: 'out_of_order', count: 1 }] });
  const expected = [
    [now - 1_000, 'stale'],
    [now - 500, 3],
    [now, 1],
  ];
  const range = { fromMs: now - 10_000, toMs: now };
  expect((await selected(metrics, range)).map(listed)).toEqual([expected]);
  await columns.flush();
  expect((await selected(metricsOn(columns), range)).map(listed)).toEqual([expected]);
});

test('samples too far ahead or behind are left out and named, the others stay', async () => {
  const metrics = await started(await columnsIn());
  const answer = await metrics.intake.append(
    batchOf(metrics, [
      [m, now + 11 * 60_000, 1],
      [m, now - 8 * 86_400_000, 2],
      [m, Number.NaN, 3],
      [m, now + 9 * 60_000, 4],
    ]),
    source,
  );
  expect(answer.accepted).toBe(1);
  expect(answer.refusals.map(({ reason, count }) => [reason, count])).toEqual([
    ['time_in_future', 1],
    ['time_too_old', 2],
  ]);
});

test('with columns down what is in the head can be asked, and what is older is refused as unavailable', async () => {
  const metrics = await started(await columnsIn(undefined, { launcher: ['/bin/false'] }));
  await metrics.intake.append(batchOf(metrics, [[m, Date.now() + 5, 7]]), source);
  const { headFromMs } = metrics.status();
  expect((await selected(metrics, { fromMs: headFromMs, toMs: Date.now() + 10 })).map(listed)).toHaveLength(
    1,
  );
  await expect(selected(metrics, { fromMs: headFromMs - 1, toMs: Date.now() })).rejects.toMatchObject({
    code: 'columns_unavailable',
  });
  expect(await metrics.catalogue.labelNames({ selectors: [], fromMs: 0, toMs: Date.now() })).toEqual([
    '__name__',
    'job',
  ]);
});

test('a full spool refuses the batch and nothing of it is kept', async () => {
  const columns = await columnsIn(undefined, { launcher: ['/bin/false'], limits: { spoolBytes: 2_000 } });
  const metrics = await started(columns);
  const samples = Array.from({ length: 200 }, (_, index) => [m, Date.now() + index, index] as const);
  await expect(metrics.intake.append(batchOf(metrics, samples), source)).rejects.toMatchObject({
    code: 'spool_full',
    status: 503,
  });
  expect(metrics.status().headSamples).toBe(0);
});

test('what lies on both sides of the head’s beginning is joined, over days', async () => {
  const columns = await columnsIn();
  const early = await started(columns);
  const other = { __name__: 'm', job: 'b', __proto__x: 'c' };
  const old = now - 3 * 86_400_000;
  await early.intake.append(
    batchOf(early, [
      [m, old, 1],
      [other, old + 1, 2],
      [m, old + 86_400_000, 3],
    ]),
    source,
  );
  await early.intake.append(batchOf(early, [[m, Date.now() + 1_000, 4]]), source);
  await columns.ready();
  await columns.flush();
  const found = await selected(early, { fromMs: old, toMs: Date.now() + 2_000 });
  const byJob = new Map(found.map((series) => [series.labels['job'], series]));
  expect(byJob.get('a')?.values).toEqual(Float64Array.of(1, 3, 4));
  expect(byJob.get('b')?.labels).toEqual(other);
  expect(byJob.size).toBe(2);

  const range = { fromMs: old, toMs: now };
  const query = { ...range, selectors: [[matcher('job', '=~', 'b|c')]] };
  expect(await early.catalogue.series(query)).toEqual([other]);
  expect(await early.catalogue.labelValues('job', { ...range, selectors: [] })).toEqual(['a', 'b']);
  expect(await early.catalogue.labelNames({ ...range, selectors: [] })).toEqual([
    '__name__',
    '__proto__x',
    'job',
  ]);
  expect(await early.catalogue.labelValues('__name__', query)).toEqual(['m']);
});

test('nodes that share columns see each other’s samples, and their own before columns have them', async () => {
  const columns = await columnsIn();
  await columns.ready();
  const [one, two] = [await started(columns, true), await started(columns, true)];
  await one.intake.append(batchOf(one, [[m, now, 1]]), source);
  await columns.flush();
  await two.intake.append(batchOf(two, [[m, Date.now() + 1_000, 2]]), source);
  const range = { fromMs: now - 1_000, toMs: Date.now() + 5_000 };
  expect((await selected(two, range)).map(({ values }) => [...values])).toEqual([[1, 2]]);
});

test('the engine answers over what was taken in', async () => {
  const metrics = await started(await columnsIn());
  const at = Date.now() + 1_000;
  await metrics.intake.append(
    batchOf(metrics, [
      [{ ...m, i: '1' }, at, 2],
      [{ ...m, i: '2' }, at, 3],
    ]),
    source,
  );
  await eventually(() => metrics.status().headFromMs < now - 600_000, 30_000);
  const { value } = await metrics.engine.instant({ query: 'sum by (job) (m)', atMs: at });
  expect(value).toEqual({ type: 'vector', samples: [{ labels: { job: 'a' }, atMs: at, value: 5 }] });
});
