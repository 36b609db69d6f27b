import { expect, test } from 'vitest';
import { killWhileSending } from './audit-kills.ts';
import { chooseSeed, seededRandom } from './seeded-random.ts';

test('I1, I2, I3: over three kills every acknowledged event is there once, at its index, and nothing is signed twice over', async ({
  annotate,
}) => {
  const seed = chooseSeed();
  await annotate(`seed ${seed}; repeat with CUSTOS_TEST_SEED=${seed}`);
  const { faults, acknowledged, repeats, checkpoints } = await killWhileSending({
    kills: 3,
    random: seededRandom(seed),
    hasColumns: () => false,
  });
  await annotate(`${acknowledged} acknowledged, ${repeats} requests sent again, ${checkpoints} checkpoints`);
  expect(faults).toEqual([]);
  expect(acknowledged).toBeGreaterThan(50);
  expect(repeats).toBeGreaterThan(0);
  expect(checkpoints).toBeGreaterThan(3);
}, 60_000);
