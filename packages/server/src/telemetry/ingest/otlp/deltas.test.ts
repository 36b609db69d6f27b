import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createManualClock } from '../../../base/clock.ts';
import type { Source } from '../../types.ts';
import { createFakeIntake, type FakeIntake } from '../test/fake-intake.ts';
import { createMetricsReader } from './metrics.ts';

const source: Source = { door: 'otlp', signal: 'metrics', name: 'test' };
const stepMs = 10_000;

/** A point in microseconds, as the readers of both encodings give it. */
const sumRequest = (streams: readonly { name: string; fromMs: number; atMs: number; value: number }[]) => ({
  resourceMetrics: [
    {
      scopeMetrics: [
        {
          metrics: [
            {
              name: 'orders',
              sum: {
                isMonotonic: true,
                aggregationTemporality: 1,
                dataPoints: streams.map(({ name, fromMs, atMs, value }) => ({
                  attributes: [{ key: 'stream', value: { stringValue: name } }],
                  startTimeUnixNano: fromMs * 1000,
                  timeUnixNano: atMs * 1000,
                  asInt: value,
                })),
              },
            },
          ],
        },
      ],
    },
  ],
});

/** What `increase` sees of a counter: every drop is a start from zero. */
function increaseOf(intake: FakeIntake, stream: string): number {
  const samples = intake.kept
    .filter(({ labels }) => labels['stream'] === stream)
    .toSorted((left, right) => left.time - right.time)
    .map(({ value }) => Number(value));
  return samples.reduce((total, value, at) => {
    const before = samples[at - 1];
    if (before === undefined) return total;
    return total + (value < before ? value : value - before);
  }, 0);
}

test('whatever is restarted or sent twice, the increase of a series of deltas is their sum', async () => {
  const round = fc.record({
    deltas: fc.tuple(fc.nat(100), fc.nat(100)),
    restart: fc.boolean(),
    /** The answer got lost, so it comes again. */
    twice: fc.boolean(),
    /** A point of before comes once more: from a queue that was out of order. */
    late: fc.boolean(),
  });
  await fc.assert(
    fc.asyncProperty(fc.array(round, { minLength: 1, maxLength: 12 }), async (rounds) => {
      const clock = createManualClock();
      const intake = createFakeIntake(clock);
      let reader = createMetricsReader(intake, clock);
      const send = async (request: ReturnType<typeof sumRequest>): Promise<number> => {
        const { batch, refusals } = reader.read(request, source);
        await intake.append(batch, source);
        return refusals.reduce((total, { count }) => total + count, 0);
      };
      const sent = [0, 0];
      for (const { deltas, restart, twice, late } of rounds) {
        if (restart) reader = createMetricsReader(intake, clock);
        const fromMs = clock.now();
        await clock.advance(stepMs);
        const request = sumRequest(
          deltas.map((value, at) => ({ name: String(at), fromMs, atMs: clock.now(), value })),
        );
        expect(await send(request)).toBe(0);
        if (twice) expect(await send(request)).toBe(0);
        const before = { name: '0', fromMs: fromMs - stepMs, atMs: fromMs, value: 7 };
        if (late) expect(await send(sumRequest([before]))).toBe(1);
        for (const [at, delta] of deltas.entries()) sent[at]! += delta;
      }
      expect([increaseOf(intake, '0'), increaseOf(intake, '1')]).toEqual(sent);
    }),
  );
});

test('a delta far ahead of the clock is refused and does not make those that follow late', async () => {
  const clock = createManualClock();
  const intake = createFakeIntake(clock);
  const reader = createMetricsReader(intake, clock);
  const at = (atMs: number) => sumRequest([{ name: 'a', fromMs: atMs - 1000, atMs, value: 1 }]);
  expect(reader.read(at(clock.now() + 86_400_000), source).refusals).toMatchObject([
    { reason: 'time_in_future', count: 1 },
  ]);
  const { batch, refusals } = reader.read(at(clock.now()), source);
  expect([refusals, [...batch.values]]).toEqual([[], [0, 1]]);
});

test('a start that is that of the program makes no zero in the past', () => {
  const clock = createManualClock();
  const reader = createMetricsReader(createFakeIntake(clock), clock);
  const point = { name: 'a', fromMs: clock.now() - 86_400_000, atMs: clock.now(), value: 4 };
  expect([...reader.read(sumRequest([point]), source).batch.values]).toEqual([4]);
});

test('an exponential histogram that was refused leaves nothing behind in those that follow', () => {
  const clock = createManualClock();
  const limits = { labels: 30, length: 100, series: 4 };
  const reader = createMetricsReader(createFakeIntake(clock, limits), clock);
  const read = (atMs: number, counts: readonly number[]) => {
    const point = {
      startTimeUnixNano: (atMs - 1000) * 1000,
      timeUnixNano: atMs * 1000,
      count: counts.reduce((total, count) => total + count, 0),
      scale: 0,
      positive: { offset: 0, bucketCounts: counts },
    };
    const metric = { name: 'size', exponentialHistogram: { aggregationTemporality: 1, dataPoints: [point] } };
    const { batch, refusals } = reader.read(
      { resourceMetrics: [{ scopeMetrics: [{ metrics: [metric] }] }] },
      source,
    );
    const last = batch.series.map(
      (series, at) => [series.labels['le'] ?? 'count', batch.values[at]] as const,
    );
    return refusals.length > 0 ? refusals : Object.fromEntries(last);
  };
  const now = clock.now();
  expect(read(now, [1])).toEqual({ count: 1, '0': 0, '2': 1, '+Inf': 1 });
  expect(read(now + 1000, [1, 5])).toMatchObject([{ reason: 'too_many_new_series', count: 1 }]);
  limits.series = 100;
  expect(read(now + 2000, [2, 1])).toEqual({ count: 4, '0': 0, '2': 3, '4': 4, '+Inf': 4 });
});
