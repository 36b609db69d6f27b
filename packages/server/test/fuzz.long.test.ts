import { test } from 'vitest';
import { expectSteady, fuzzCustos } from './fuzz-custos.ts';
import { chooseSeed } from './seeded-random.ts';

test('thousands of requests of every kind, other ones each time, leave the server in step', async ({
  annotate,
}) => {
  const seed = chooseSeed();
  await annotate(`seed ${seed}; repeat with CUSTOS_TEST_SEED=${seed}`);
  const run = await fuzzCustos({ seed, rounds: 60, mostMs: 45_000, config: { columns: { enabled: true } } });
  await annotate(`${run.requests} requests, answered ${JSON.stringify(run.statuses)}`);
  expectSteady(run, { growthMb: 200 });
});
