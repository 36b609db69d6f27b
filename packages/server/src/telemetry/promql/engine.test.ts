import { describe, expect, test } from 'vitest';
import { createManualClock, systemClock, type Clock } from '../../base/clock.ts';
import { createPromqlEngine, type PromqlEngineOptions } from './engine.ts';
import type { PromqlError } from './errors.ts';
import { createMemoryStorage, type MemoryStorage } from './memory-storage.ts';
import type { OverRangeRequest, SampleStorage } from './types.ts';

function filled(series: Readonly<Record<string, readonly (number | 'stale')[]>>): MemoryStorage {
  const storage = createMemoryStorage();
  for (const [name, values] of Object.entries(series)) {
    const [metric = '', pod = ''] = name.split('/');
    storage.append(
      { __name__: metric, pod },
      values.map((value, index) => ({ atMs: index * 60_000, value })),
    );
  }
  return storage;
}

const engineOf = (storage: SampleStorage, options: Partial<PromqlEngineOptions> = {}) =>
  createPromqlEngine({ storage, clock: systemClock, ...options });

const errorOf = async (answer: Promise<unknown>): Promise<Pick<PromqlError, 'type' | 'message'>> => {
  const error = await answer.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  expect(error).toBeInstanceOf(Error);
  return error as PromqlError;
};

describe('results', () => {
  const engine = engineOf(filled({ 'm/1': [1, 2, 3], 'm/2': [5] }));

  test('an instant query gives a scalar, a string, a vector or a matrix', async () => {
    const value = async (query: string) => (await engine.instant({ query, atMs: 120_000 })).value;
    expect(await value('1 + 1')).toEqual({ type: 'scalar', atMs: 120_000, value: 2 });
    expect(await value('"x"')).toEqual({ type: 'string', atMs: 120_000, value: 'x' });
    expect(await value('m{pod="1"}')).toEqual({
      type: 'vector',
      samples: [{ labels: { __name__: 'm', pod: '1' }, atMs: 120_000, value: 3 }],
    });
    expect(await value('m{pod="1"}[2m]')).toEqual({
      type: 'matrix',
      series: [
        {
          labels: { __name__: 'm', pod: '1' },
          timestamps: Float64Array.of(60_000, 120_000),
          values: Float64Array.of(2, 3),
        },
      ],
    });
  });

  test('a range query gives series ordered by labels, with the steps at which they have samples', async () => {
    const { value } = await engine.range({ query: 'm offset 1m', fromMs: 0, toMs: 130_000, stepMs: 60_000 });
    expect(value).toEqual({
      type: 'matrix',
      series: [
        {
          labels: { __name__: 'm', pod: '1' },
          timestamps: Float64Array.of(60_000, 120_000),
          values: Float64Array.of(1, 2),
        },
        {
          labels: { __name__: 'm', pod: '2' },
          timestamps: Float64Array.of(60_000, 120_000),
          values: Float64Array.of(5, 5),
        },
      ],
    });
  });

  test('a scalar over a range is a series without labels', async () => {
    const { value } = await engine.range({ query: 'time()', fromMs: 1000, toMs: 3000, stepMs: 1000 });
    expect(value).toMatchObject({ series: [{ labels: {}, values: Float64Array.of(1, 2, 3) }] });
  });

  test('annotations come once each, with the place in the query', async () => {
    const result = await engine.range({
      query: 'sum(\n  rate(m[5m])\n)',
      fromMs: 0,
      toMs: 240_000,
      stepMs: 60_000,
    });
    expect(result.infos).toEqual([
      'PromQL info: metric might not be a counter, name does not end in _total/_sum/_count/_bucket: "m" (2:8)',
    ]);
    expect(result.warnings).toEqual([]);
  });
});

describe('metric names', () => {
  const storage = filled({ 'a_total/1': [1, 2, 3], 'b_total/1': [1, 2, 3] });
  const query = (text: string, delayedNameRemoval: boolean) =>
    engineOf(storage, { delayedNameRemoval }).instant({ query: text, atMs: 120_000 });

  test('are dropped at once unless asked for otherwise, and what becomes the same fails', async () => {
    expect((await errorOf(query('rate({pod="1"}[5m])', false))).message).toBe(
      'vector cannot contain metrics with the same labelset',
    );
    expect((await query('sum by (__name__) (rate(a_total[5m]))', false)).value).toMatchObject({
      samples: [{ labels: {} }],
    });
  });

  test('can be put off, so that label_replace still sees them', async () => {
    const kept = await query('label_replace(rate({pod="1"}[5m]), "was", "$1", "__name__", "(.)_.*")', true);
    expect(kept.value).toMatchObject({
      samples: [{ labels: { pod: '1', was: 'a' } }, { labels: { pod: '1', was: 'b' } }],
    });
    expect((await errorOf(query('rate({pod="1"}[5m])', true))).type).toBe('execution');
  });
});

describe('limits', () => {
  const storage = filled({ 'm/1': [1, 2, 3, 4], 'm/2': [1, 2, 3, 4] });
  const range = { fromMs: 0, toMs: 180_000, stepMs: 60_000 };

  test('too many samples, series and steps are refused with the limit', async () => {
    const samples = engineOf(storage, { limits: { maxSamples: 7 } });
    expect(await errorOf(samples.range({ query: 'm', ...range }))).toMatchObject({
      type: 'execution',
      message: expect.stringContaining('too many samples') as string,
    });
    const series = engineOf(storage, { limits: { maxSeries: 1 } });
    expect(await errorOf(series.instant({ query: 'm', atMs: 0 }))).toMatchObject({
      type: 'execution',
      message: 'a selector returned 2 series; the limit is 1',
    });
    const steps = engineOf(storage, { limits: { maxSteps: 2 } });
    expect(await errorOf(steps.range({ query: 'm', ...range }))).toMatchObject({ type: 'bad_data' });
    expect(await errorOf(samples.instant({ query: 'sum_over_time(m[10y:1ms])', atMs: 0 }))).toMatchObject({
      type: 'execution',
    });
  });

  test('a query that is asked wrongly is refused', async () => {
    const engine = engineOf(storage);
    const wrong = [
      { ...range, stepMs: 0 },
      { ...range, toMs: -1 },
      { ...range, stepMs: 0.5 },
    ];
    for (const one of wrong)
      expect((await errorOf(engine.range({ query: 'm', ...one }))).type).toBe('bad_data');
    expect((await errorOf(engine.range({ query: 'm[5m]', ...range }))).message).toBe(
      'invalid expression type "range vector" for range query, must be Scalar or instant Vector',
    );
    expect((await errorOf(engine.instant({ query: 'm', atMs: Number.NaN }))).type).toBe('bad_data');
  });

  test('a query that takes too long ends with a timeout', async () => {
    const clock = createManualClock();
    const slow: SampleStorage = {
      async select(request) {
        await clock.advance(2000);
        return storage.select(request);
      },
    };
    const engine = engineOf(slow, { clock, limits: { timeoutMs: 1000 } });
    expect(await errorOf(engine.instant({ query: 'm', atMs: 0 }))).toMatchObject({ type: 'timeout' });
  });

  test('a caller that has gone away ends its query, before and during', async () => {
    const engine = engineOf(storage);
    expect(await errorOf(engine.instant({ query: 'm', atMs: 0, signal: AbortSignal.abort() }))).toMatchObject(
      {
        type: 'canceled',
      },
    );
    const leaving = new AbortController();
    const waiting: SampleStorage = {
      async select({ signal }) {
        leaving.abort();
        expect(signal.aborted).toBe(true);
        return [];
      },
    };
    const answer = engineOf(waiting).instant({ query: 'm', atMs: 0, signal: leaving.signal });
    expect(await errorOf(answer)).toMatchObject({ type: 'canceled' });
  });

  test('a long calculation lets other work run and can be stopped', async () => {
    const leaving = new AbortController();
    setTimeout(() => leaving.abort(), 20);
    const query = 'sum_over_time(vector(1)[1d:1s])';
    const day = { fromMs: 0, toMs: 10_000_000, stepMs: 1000 };
    const answer = engineOf(storage).range({ query, ...day, signal: leaving.signal });
    expect(await errorOf(answer)).toMatchObject({ type: 'canceled' });
  });
});

describe('what is stored', () => {
  test('a stale marker ends a series at once, an ordinary NaN does not', async () => {
    const engine = engineOf(filled({ 'm/1': [1, 'stale'], 'm/2': [1, Number.NaN] }));
    const { value } = await engine.instant({ query: 'm', atMs: 70_000 });
    expect(value).toMatchObject({ samples: [{ labels: { pod: '2' }, value: Number.NaN }] });
    const counted = await engine.instant({ query: 'count_over_time(m[5m])', atMs: 70_000 });
    expect(counted.value).toMatchObject({
      samples: [
        { labels: { pod: '1' }, value: 1 },
        { labels: { pod: '2' }, value: 2 },
      ],
    });
  });

  test('the storage is asked for no more than the query needs, and its arrays stay as they are', async () => {
    const storage = filled({ 'm/1': [1, 2, 3, 4] });
    const asked: [number, number][] = [];
    const watched: SampleStorage = {
      select(request) {
        asked.push([request.fromMs, request.toMs]);
        return storage.select(request);
      },
    };
    const engine = engineOf(watched);
    await engine.range({ query: 'm offset 1m', fromMs: 600_000, toMs: 660_000, stepMs: 60_000 });
    await engine.instant({ query: 'rate(m[5m] @ 100)', atMs: 0 });
    await engine.instant({ query: 'sum_over_time(m[10m:1m])', atMs: 600_000 });
    expect(asked).toEqual([
      [240_001, 600_000],
      [-199_999, 100_000],
      [-239_999, 600_000],
    ]);
    const before = await engine.instant({ query: 'm[10m]', atMs: 180_000 });
    await engine.instant({ query: '-m + 1 + sort_desc(m)', atMs: 180_000 });
    expect(await engine.instant({ query: 'm[10m]', atMs: 180_000 })).toEqual(before);
  });

  test('a storage may calculate functions over ranges itself, and the rest of the query goes on from there', async () => {
    const storage = filled({ 'm_total/1': [1, 2, 3, 4] });
    const asked: OverRangeRequest[] = [];
    const calculating: SampleStorage = {
      select: storage.select,
      overRange(request) {
        if (request.function !== 'rate') return undefined;
        asked.push(request);
        const labels = { __name__: 'm_total', pod: '1' };
        return Promise.resolve([{ labels, values: Float64Array.of(7, 8), present: Uint8Array.of(0, 1) }]);
      },
    };
    const range = { fromMs: 120_000, toMs: 180_000, stepMs: 60_000 };
    const engine = engineOf(calculating);
    const { value } = await engine.range({ query: '1 + rate(m_total[2m] offset 30s)', ...range });
    expect(value).toMatchObject({
      series: [{ labels: { pod: '1' }, timestamps: Float64Array.of(180_000), values: Float64Array.of(9) }],
    });
    expect(asked).toMatchObject([
      { firstEndMs: 90_000, stepMs: 60_000, count: 2, rangeMs: 120_000, fromMs: -29_999, toMs: 150_000 },
    ]);
    const own = 'increase(m_total[2m]) + rate(m_total[2m:30s])';
    expect(await engine.range({ query: own, ...range })).toEqual(
      await engineOf(storage).range({ query: own, ...range }),
    );
  });

  test('labels may be called like parts of an object', async () => {
    const storage = createMemoryStorage();
    storage.append({ __name__: 'm', constructor: 'a', toString: 'b' }, [{ atMs: 0, value: 1 }]);
    const engine = engineOf(storage);
    const { value } = await engine.instant({
      query: 'sum by (constructor, toString, hasOwnProperty) (m)',
      atMs: 0,
    });
    expect(value).toMatchObject({ samples: [{ labels: { constructor: 'a', toString: 'b' } }] });
  });
});

test('start() and end() of @ are those of the query, also inside a subquery', async () => {
  const engine = engineOf(filled({ 'm/1': [1, 2, 3, 4] }), { clock: systemClock satisfies Clock });
  const { value } = await engine.range({
    query: 'max_over_time((m @ end())[1m:30s]) - m @ start()',
    fromMs: 60_000,
    toMs: 180_000,
    stepMs: 60_000,
  });
  expect(value).toMatchObject({ series: [{ values: Float64Array.of(2, 2, 2) }] });
});
