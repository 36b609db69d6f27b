import { expect, test } from 'vitest';
import { systemClock } from '../../base/clock.ts';
import { CustosError } from '../../base/errors.ts';
import { silentLogger } from '../../base/logger.ts';
import { disabledColumns } from '../../storage/columns/disabled.ts';
import type { Columns } from '../../storage/columns/columns.ts';
import { createActiveCatalogue } from './active-catalogue.ts';
import { fillHead } from './fill-head.ts';
import { createHead } from './head.ts';
import { seriesId } from './series-id.ts';
import type { MetricsStore } from './store.ts';
import { defaultLimits } from './types.ts';

const labels = { __name__: 'm' };
const id = seriesId(labels);

/** A store with a sample every 15 s that answers at most `most` of them at once. */
function storeOf(most: number): { readonly store: MetricsStore; readonly asked: number[] } {
  const asked: number[] = [];
  const refuse = async (): Promise<never> => {
    throw new Error('not asked for here');
  };
  return {
    asked,
    store: {
      addSeries: refuse,
      addSamples: refuse,
      distinct: refuse,
      overGrid: refuse,
      series: async () => [{ id, labels }],
      async samples(_ids, { fromMs, toMs }) {
        const times: number[] = [];
        for (let at = Math.ceil(fromMs / 15_000) * 15_000; at <= toMs; at += 15_000) times.push(at);
        asked.push(toMs - fromMs + 1);
        if (times.length > most)
          throw new CustosError('query_too_heavy', 'too many bytes in the result', { status: 422 });
        const timestamps = Float64Array.from(times);
        return new Map([[id, { timestamps, values: timestamps.slice() }]]);
      },
    },
  };
}

async function filled(most: number) {
  const columns: Columns = {
    ...disabledColumns(0),
    ready: async () => undefined,
    flush: async () => undefined,
    status: () => ({ ...disabledColumns(0).status(), state: 'up' }),
  };
  const catalogue = createActiveCatalogue();
  const clock = systemClock;
  const head = createHead({ catalogue, clock, limits: defaultLimits });
  const startedMs = head.fromMs;
  const { store, asked } = storeOf(most);
  await fillHead(
    { columns, store, catalogue, head, clock, log: silentLogger, limits: defaultLimits },
    new AbortController().signal,
  );
  return { head, startedMs, asked };
}

test('the head is filled in shorter pieces when a longer one is too much for one answer', async () => {
  const { head, startedMs, asked } = await filled(12);
  expect(startedMs - head.fromMs).toBeGreaterThan(defaultLimits.headMs - 60_000);
  expect(head.samples).toBeGreaterThanOrEqual(479);
  expect(asked.slice(0, 3)).toEqual([600_000, 150_000, 150_000]);
});

test('where even the shortest piece is too much, the head begins with the process', async () => {
  const { head, startedMs } = await filled(0);
  expect(head.fromMs).toBe(startedMs);
  expect(head.samples).toBe(0);
});
