import { probeInput } from '@custos/contract';
import { expect, test } from 'vitest';
import { factsOf } from './facts.ts';
import { freshProbeState, type ProbeEntry } from './model.ts';

const at = 1_767_225_600_000;
const hour = Math.floor(at / 3_600_000);

function entry(counts: { up: number; down: number }): ProbeEntry {
  return {
    definition: {
      ...probeInput.parse({ name: 'Shop', kind: 'http' }),
      id: 'prb_1',
      secretNames: [],
      origin: 'dashboard',
      createdAt: at,
      updatedAt: at,
    },
    state: { ...freshProbeState(at), hour: { start: hour, up: counts.up, degraded: 0, down: counts.down } },
    uptime: { hours: [], days: [] },
  };
}

test('one failed check among a few is no percentage that a rule could see', () => {
  expect(factsOf(entry({ up: 5, down: 1 }), undefined, at).values).toEqual({});
});

test('with a hundred checks and more, shares of failures and of uptime are values', () => {
  const { values } = factsOf(entry({ up: 196, down: 4 }), undefined, at);
  expect(values).toEqual({ uptime_day_percent: 98, error_percent: 2 });
});
