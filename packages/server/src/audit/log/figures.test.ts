import { afterEach, expect, test } from 'vitest';
import { createManualClock } from '../../base/clock.ts';
import { createFigures } from './figures.ts';
import { contents, removed, temporary, testEntry, testOptions } from './ledger-fixture.ts';
import type { Ledger } from './ledger-types.ts';
import { openLedger } from './ledger.ts';
import type { Logs, LogState } from './logs.ts';

const clock = createManualClock();
const directories: string[] = [];
afterEach(() => {
  for (const directory of directories.splice(0)) removed(directory);
});

async function fill(ledger: Ledger, count: number): Promise<void> {
  await ledger.appendMany(
    'general',
    Array.from({ length: count }, (_, place) => testEntry(place)),
  );
}

/** What tiles and bundles of the log take, counted from the files. */
function onDisk(directory: string): number {
  return [...contents(directory)]
    .filter(([path]) => path.startsWith('logs/general/tile/'))
    .reduce((sum, [, bytes]) => sum + bytes.length, 0);
}

test('figures are those of the files, also after pruning, a restart and making everything anew', async () => {
  const directory = temporary();
  directories.push(directory);
  let ledger = await openLedger(testOptions(directory, clock));
  const general = async () => (await ledger.figures()).logs.find(({ name }) => name === 'general');
  const restart = async (): Promise<void> => {
    await ledger.close();
    ledger = await openLedger(testOptions(directory, clock));
  };
  expect(await general()).toMatchObject({ bytes: 0, perSecond: 0 });

  await fill(ledger, 3000);
  clock.jump(5000);
  await ledger.publish();
  expect(await general()).toMatchObject({
    size: 3000,
    bytes: onDisk(directory),
    lastCheckpointAt: clock.now(),
  });
  const signedAt = clock.now();
  clock.jump(5000);
  const before = (await general())?.bytes ?? 0;
  const { bytesFreed } = await ledger.prune('general', 2000);
  expect(bytesFreed).toBeGreaterThan(0);
  expect(onDisk(directory)).toBeLessThan(before);
  expect((await general())?.bytes).toBe(onDisk(directory));

  await restart();
  expect(await general()).toMatchObject({ bytes: onDisk(directory), lastCheckpointAt: signedAt });
  await ledger.close();
  removed(`${directory}/derived.mark`);
  ledger = await openLedger(testOptions(directory, clock));
  expect((await general())?.bytes).toBe(onDisk(directory));
  const segments = [...contents(directory)].filter(([path]) => path.endsWith('.segment'));
  const journalBytes = segments.reduce((sum, [, bytes]) => sum + bytes.length, 0);
  expect((await ledger.figures()).journalBytes).toBe(journalBytes);
  await ledger.close();
});

test('the rate is that of the last minute', async () => {
  let size = 100;
  const log = { name: 'general', writer: { size: () => size } } as LogState;
  const figures = createFigures({ all: () => [log] } as unknown as Logs, clock);
  const rate = () => figures.read(0).logs[0]?.perSecond;
  const seconds = async (count: number): Promise<void> => {
    for (let second = 0; second < count; second += 1) {
      await clock.advance(1000);
      figures.sample();
    }
  };
  expect(rate()).toBe(0);
  size += 600;
  await seconds(10);
  expect(rate()).toBe(60);
  await seconds(50);
  expect(rate()).toBe(10);
  await seconds(1);
  expect(rate()).toBe(0);
});
