import { setImmediate as turn } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { createManualClock } from '../../base/clock.ts';
import type { QueryResult } from '../promql/types.ts';
import { readParameters } from './parameters.ts';
import { createQueryApi } from './query-api.ts';

test('eight queries are worked out at a time, and one that fails makes room', async () => {
  const ends: PromiseWithResolvers<QueryResult>[] = [];
  const later = (): Promise<QueryResult> => {
    const end = Promise.withResolvers<QueryResult>();
    ends.push(end);
    return end.promise;
  };
  const api = createQueryApi({
    engine: { instant: later, range: later },
    catalogue: {
      labelNames: async () => [],
      labelValues: async () => [],
      series: async () => [],
      metadata: () => [],
    },
    rules: { list: async () => [] },
    clock: createManualClock(),
    version: 'test',
  });
  const { signal } = new AbortController();
  const instant = readParameters({ query: '1' }, {});
  const range = readParameters({ query: '1', start: '0', end: '60', step: '15' }, {});
  const answers = Array.from({ length: 20 }, (_, index) =>
    index % 2 === 0 ? api.instant(instant, signal) : api.range(range, signal),
  );
  const settled = Promise.allSettled(answers);
  await turn();
  expect(ends).toHaveLength(8);
  ends[0]?.reject(new Error('no'));
  ends[1]?.resolve({ value: { type: 'scalar', atMs: 0, value: 1 }, warnings: [], infos: [] });
  await turn();
  expect(ends).toHaveLength(10);
  for (let next = 2; next < 20; next += 1) {
    ends[next]?.resolve({ value: { type: 'scalar', atMs: 0, value: 1 }, warnings: [], infos: [] });
    await turn();
  }
  expect((await settled).filter(({ status }) => status === 'rejected')).toHaveLength(1);
});
