import { expect, test } from 'vitest';
import { expectSteady, fuzzCustos } from './fuzz-custos.ts';

test(
  'no request that the document of the API allows to think of brings the server out of step',
  { timeout: 90_000 },
  async () => {
    const run = await fuzzCustos({ seed: 20_261_121, rounds: 9, mostMs: 12_000 });
    expectSteady(run, { growthMb: 150 });
    expect(run.requests).toBeGreaterThan(300);
  },
);
