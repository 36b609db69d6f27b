import { afterEach, expect, test } from 'vitest';
import { eventually, temporaryDirectory, testColumns } from '../../../test/columns.ts';
import { createManualClock } from '../../base/clock.ts';
import type { MetricMetadata } from '../types.ts';
import { createMetadata, rememberedMetrics } from './metadata.ts';
import { metricsOn } from './metrics-fixture.ts';

const cleanUp: (() => void | Promise<void>)[] = [];
afterEach(async () => {
  for (const undo of cleanUp.splice(0).toReversed()) await undo();
});

const entry = (name: string, help = 'Orders.'): MetricMetadata => ({ name, type: 'counter', help, unit: '' });

test('what metrics are is there after a restart, as last told', async () => {
  const made = temporaryDirectory();
  cleanUp.push(made.remove);
  const run = async (told: readonly MetricMetadata[], expected: readonly MetricMetadata[]): Promise<void> => {
    const columns = testColumns({ dataDirectory: made.path });
    await columns.start();
    const metrics = metricsOn(columns);
    await metrics.start();
    await columns.ready();
    const listed = (): string =>
      JSON.stringify(
        metrics.catalogue.metadata().toSorted((left, right) => (left.name < right.name ? -1 : 1)),
      );
    await eventually(() => listed() === JSON.stringify(expected));
    metrics.intake.describe(told);
    await metrics.stop();
    await columns.flush();
    await columns.stop();
  };
  await run([entry('a_total', 'It\'s "old"\n'), entry('b_total')], []);
  await run([entry('a_total', 'New ü.')], [entry('a_total', 'It\'s "old"\n'), entry('b_total')]);
  await run([], [entry('a_total', 'New ü.'), entry('b_total')]);
}, 60_000);

test('what is told again and again is handed over once a day, and what is told counts before what was kept', async () => {
  const clock = createManualClock();
  const metadata = createMetadata(clock);
  metadata.describe([entry('a')]);
  metadata.recall([entry('a', 'kept'), entry('b', 'kept')]);
  expect(metadata.list('a')).toEqual([entry('a')]);
  expect(metadata.takeTold()).toEqual([entry('a')]);
  metadata.describe([entry('a'), entry('b', 'kept')]);
  expect(metadata.takeTold()).toEqual([entry('b', 'kept')]);
  await clock.advance(86_400_000);
  metadata.describe([entry('a')]);
  expect(metadata.takeTold()).toEqual([entry('a')]);
});

test('names without end are remembered to a bound only', () => {
  const metadata = createMetadata(createManualClock());
  const many = Array.from({ length: rememberedMetrics + 10 }, (_, at) => entry(`m${at}`));
  metadata.describe(many);
  metadata.recall([entry('one more')]);
  expect(metadata.list()).toHaveLength(rememberedMetrics);
});
