import { describe, expect, test } from 'vitest';
import { createManualClock, systemClock } from '../../base/clock.ts';
import { createPromqlEngine } from '../promql/engine.ts';
import { createMemoryStorage } from '../promql/memory-storage.ts';
import { catalogueOf } from './catalogue-fixture.ts';
import { readParameters, type Parameters } from './parameters.ts';
import { createQueryApi } from './query-api.ts';
import { resultPieces, type WrittenResult } from './write-result.ts';

const start = 1_767_225_600_000;
const storage = createMemoryStorage();
for (const instance of ['a', 'b']) {
  storage.append({ __name__: 'up', instance }, [{ atMs: start, value: 1 }]);
}
const parts = {
  catalogue: catalogueOf(storage),
  rules: { list: async () => [] },
  clock: createManualClock(start),
  version: '1.2.3',
};
const api = createQueryApi({ ...parts, engine: createPromqlEngine({ storage, clock: systemClock }) });
const { signal } = new AbortController();
const from = (text: string): Parameters => {
  const parameters: Record<string, string[]> = {};
  for (const [name, value] of new URLSearchParams(text)) (parameters[name] ??= []).push(value);
  return readParameters(parameters, {});
};
const written = (result: WrittenResult) =>
  JSON.parse([...resultPieces(result)].join('')) as { data: Record<string, unknown> };
const instant = async (text: string) => written(await api.instant(from(text), signal)).data;
const upAfter = async (seconds: number, more = ''): Promise<unknown> =>
  ((await instant(`query=up&time=${start / 1000 + seconds}${more}`))['result'] as unknown[]).length;

test('lookback_delta bounds how far a selector looks back; unless it is positive it is five minutes', async () => {
  expect(await upAfter(60)).toBe(2);
  expect(await upAfter(60, '&lookback_delta=30s')).toBe(0);
  expect(await upAfter(60, '&lookback_delta=0')).toBe(2);
  expect(await upAfter(400)).toBe(0);
  expect(await upAfter(400, '&lookback_delta=500')).toBe(2);
});

test('a timeout that is shorter than the server’s ends the query', async () => {
  const waiting = { select: () => new Promise<never>(() => undefined) };
  const slow = createQueryApi({
    ...parts,
    engine: createPromqlEngine({ storage: waiting, clock: systemClock }),
  });
  await expect(slow.instant(from('query=up&timeout=20ms'), signal)).rejects.toMatchObject({
    type: 'timeout',
    message: 'query timed out in expression evaluation',
  });
});

test('stats tells the time that was taken and the samples that were looked at', async () => {
  const time = start / 1000;
  expect(await instant(`query=up&time=${time}&stats=all`)).toMatchObject({
    stats: {
      timings: { execTotalTime: expect.any(Number) as number },
      samples: { totalQueryableSamples: 4, peakSamples: 4 },
    },
  });
  expect(await instant(`query=up&time=${time}`)).not.toHaveProperty('stats');
});

test('exactly 11,000 steps beyond the first are answered', async () => {
  const result = await api.range(from('query=vector(1)&start=0&end=11000&step=1'), signal);
  expect(written(result).data['result']).toMatchObject([{ values: { length: 11_001 } }]);
});

test('a range that ends before it starts holds no series', async () => {
  expect(await api.labelNames(from('start=9&end=8'))).toEqual({ data: [] });
});

describe('what cannot be read is refused in the words of Prometheus', () => {
  test.each([
    [
      api.series,
      'match[]={}',
      'invalid parameter "match[]": match[] must contain at least one non-empty matcher',
    ],
    [
      api.labelNames,
      'match[]=up offset 5m',
      'invalid parameter "match[]": "up offset 5m" is not a selector of series',
    ],
    [api.labelNames, 'limit=x', 'invalid parameter "limit": strconv.Atoi: parsing "x": invalid syntax'],
    [api.labelNames, 'limit=-1', 'invalid parameter "limit": limit must be non-negative'],
    [api.series, 'start=x', 'no match[] parameter provided'],
    [
      api.labelNames,
      'start=x',
      `invalid parameter "start": Invalid time value for 'start': cannot parse "x" to a valid timestamp`,
    ],
    [api.exemplars, 'query=sum(', '1:5: parse error: unclosed left parenthesis'],
    [
      (parameters: Parameters) => api.instant(parameters, signal),
      'query=1&lookback_delta=far',
      'error parsing lookback delta duration: cannot parse "far" to a valid duration',
    ],
    [api.rules, 'group_limit=0', 'invalid parameter "group_limit": group_limit needs to be greater than 0'],
    [api.rules, 'group_limit=x', 'invalid parameter "group_limit": group_limit needs to be a valid number'],
    [
      api.rules,
      'group_next_token=x',
      'invalid parameter "group_next_token": group_limit needs to be present in order to paginate over the groups',
    ],
    [
      api.rules,
      'group_limit=1&group_next_token=x',
      'invalid group_next_token "x": were rule groups changed?',
    ],
  ] as const)('%s %s', async (call, parameters, message) => {
    await expect(call(from(parameters))).rejects.toMatchObject({ type: 'bad_data', message });
  });
});
