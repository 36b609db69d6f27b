import { expect, test } from 'vitest';
import { killWhileSending } from './audit-kills.ts';
import { chooseSeed, seededRandom } from './seeded-random.ts';

test('I1, I2, I3, I8: over 20 kills every acknowledged event is there once, at its index, and in the index', async ({
  annotate,
}) => {
  const seed = chooseSeed();
  await annotate(`seed ${seed}; repeat with CUSTOS_TEST_SEED=${seed}`);
  const { faults, acknowledged, repeats, checkpoints } = await killWhileSending({
    kills: 20,
    random: seededRandom(seed),
    // The engine takes long to start; a few lives have it, and the last one, which catches up with all.
    hasColumns: (life) => life % 5 === 0,
  });
  await annotate(`${acknowledged} acknowledged, ${repeats} requests sent again, ${checkpoints} checkpoints`);
  expect(faults).toEqual([]);
  expect(acknowledged).toBeGreaterThan(300);
  expect(repeats).toBeGreaterThan(20);
  expect(checkpoints).toBeGreaterThan(20);
}, 180_000);
