import { afterAll, beforeAll, expect, test } from 'vitest';
import { temporaryDirectory, testColumns } from '../../../../test/columns.ts';
import type { Columns } from '../../../storage/columns/columns.ts';
import type { QueryResult } from '../../promql/types.ts';
import {
  batchOf,
  listed,
  metricsOn,
  selected,
  source,
  type TestSample,
  fromNoon,
  today,
} from '../metrics-fixture.ts';
import { dayMs } from '../types.ts';
import type { Metrics } from '../service.ts';
import { rollUpDays } from './roll-up-days.ts';

const minuteMs = 60_000;
const gone = today - 3 * dayMs;
const there = today - 2 * dayMs;
const stepMs = 15_000;

const directory = temporaryDirectory();
let columns: Columns;
let metrics: Metrics;

/** Both days every 15 seconds; a second series ends in the middle of the day that is gone. */
const samples: TestSample[] = [gone, there].flatMap((day) =>
  Array.from({ length: dayMs / stepMs }, (_, index): TestSample => [
    { __name__: 'm_total', i: 'whole' },
    day + 5_000 + index * stepMs,
    (day - gone) / stepMs + index,
  ]),
);
const endsAt = gone + 12 * 60 * minuteMs + 62_000;
samples.push(
  [{ __name__: 'm_total', i: 'ends' }, endsAt - stepMs, 7],
  [{ __name__: 'm_total', i: 'ends' }, endsAt, 'stale'],
);

beforeAll(async () => {
  columns = testColumns({ dataDirectory: directory.path });
  await columns.start();
  await columns.ready();
  const writer = metricsOn(columns, { clock: fromNoon(), limits: { pastMs: 400 * dayMs } });
  await writer.intake.append(batchOf(writer, samples), source);
  await columns.flush();
  metrics = metricsOn(columns, { clock: fromNoon(), limits: { headMs: 0 } });
});
afterAll(async () => {
  await columns.stop();
  directory.remove();
});

/** Lines as text: `labels time=value ...`. */
function told({ value }: QueryResult): Map<string, (readonly [number, number])[]> {
  if (value.type !== 'matrix') throw new Error('no matrix');
  return new Map(
    value.series.map(({ labels, timestamps, values }) => [
      labels['i'] ?? '',
      Array.from(timestamps, (atMs, index) => [atMs, values[index]!] as const),
    ]),
  );
}

const offGrid = { fromMs: gone + 60 * minuteMs + 7_000, toMs: there + 180 * minuteMs, stepMs: 10 * minuteMs };

test('before samples are gone nothing is thinned, and nothing is warned of', async () => {
  const before = await metrics.engine.range({ query: 'rate(m_total[10m])', ...offGrid });
  await rollUpDays({ columns, clock: fromNoon() });
  const after = await metrics.engine.range({ query: 'rate(m_total[10m])', ...offGrid });
  expect([...told(after).keys()]).toEqual([...told(before).keys()]);
  // Sums may be added up in another order.
  for (const [index, [atMs, value]] of told(after).get('whole')!.entries()) {
    const [sameMs, same] = told(before).get('whole')![index]!;
    expect(atMs).toBe(sameMs);
    expect(value).toBeCloseTo(same, 12);
  }
  expect(after.warnings).toEqual([]);
  const all = await selected(metrics, { name: 'm_total', fromMs: gone, toMs: there + dayMs });
  expect(all.map(({ timestamps }) => timestamps.length)).toEqual(
    all.map(({ labels }) => (labels['i'] === 'ends' ? 2 : 2 * (dayMs / stepMs))),
  );
});

test('with samples gone, what is off the grid is answered all the same, without a gap and with a warning', async () => {
  const queries = [
    'm_total',
    'rate(m_total[10m])',
    'increase(m_total[15m])',
    'deriv(m_total[20m])',
    'stddev_over_time(m_total[1h])',
  ];
  const wanted = new Map<string, QueryResult>();
  for (const query of queries) wanted.set(query, await metrics.engine.range({ query, ...offGrid }));
  const [day] = await columns.query<{ id: string }>(
    'SELECT min(partition_id) AS id FROM system.parts WHERE active AND database = currentDatabase() AND table = {table:String}',
    { table: 'metric_sample' },
  );
  await columns.command(`ALTER TABLE metric_sample DROP PARTITION ID '${day?.id}'`);
  for (const query of queries) {
    const answer = await metrics.engine.range({ query, ...offGrid });
    expect(answer.warnings, query).toEqual([
      `PromQL warning: samples from before ${new Date(there).toISOString()} are kept as five-minute windows only, ` +
        'so this is near the answer; exact are instant selectors, rate, increase, delta and the last, min, max, ' +
        'sum, avg, count and present of a range, with start, step and range in multiples of five minutes ' +
        `(1:${query.indexOf('m_total') + 1})`,
    ]);
    const found = told(answer).get('whole')!;
    const all = told(wanted.get(query)!).get('whole')!;
    expect(
      found.map(([atMs]) => atMs),
      query,
    ).toEqual(all.map(([atMs]) => atMs));
    // Between the first and the last sample of a window a steady counter rises steadily.
    if (query.startsWith('stddev')) continue;
    for (const [index, [atMs, value]] of found.entries()) {
      const exact = all[index]![1];
      // The value at a time may be that of up to five minutes before: twenty samples.
      const near = query === 'm_total' ? 20 : exact * 0.01;
      expect(Math.abs(value - exact), `${query} at ${atMs}`).toBeLessThanOrEqual(near);
    }
  }
});

test('what is on the grid stays exact and unwarned, and a series that ended is at its end', async () => {
  const onGrid = { fromMs: gone + 60 * minuteMs, toMs: there + 180 * minuteMs, stepMs: 10 * minuteMs };
  const rates = await metrics.engine.range({ query: 'rate(m_total[10m])', ...onGrid });
  expect(rates.warnings).toEqual([]);
  for (const [, rate] of told(rates).get('whole')!) expect(rate).toBeCloseTo(1 / 15, 12);
  const at = async (atMs: number): Promise<string[]> => {
    const { value, warnings } = await metrics.engine.instant({ query: 'm_total', atMs });
    expect(warnings).toEqual([]);
    return value.type === 'vector' ? value.samples.map(({ labels }) => labels['i'] ?? '') : [];
  };
  expect(await at(gone + 12 * 60 * minuteMs)).toEqual(['whole']);
  expect(await at(gone + 12 * 60 * minuteMs + 5 * minuteMs)).toEqual(['whole']);
  const [ended] = (
    await selected(metrics, { name: 'm_total', fromMs: endsAt - minuteMs, toMs: endsAt + minuteMs })
  ).filter(({ labels }) => labels['i'] === 'ends');
  expect(listed(ended!)).toEqual([
    [endsAt - stepMs, 7],
    [endsAt, 'stale'],
  ]);
});

test('a time long ago is answered with fewer samples than a selector may read', async () => {
  const narrow = metricsOn(columns, { clock: fromNoon(), limits: { headMs: 0, samplesFromColumns: 3_000 } });
  const asked = { fromMs: there + 5 * minuteMs, toMs: there + dayMs, stepMs: 60 * minuteMs };
  const { value } = await narrow.engine.range({ query: 'm_total', ...asked });
  expect(value.type === 'matrix' && value.series).toHaveLength(1);
  await expect(
    narrow.engine.range({ query: 'm_total', ...asked, fromMs: asked.fromMs + 1_000 }),
  ).rejects.toMatchObject({ message: expect.stringContaining('more than 3000 samples') as unknown });
});
