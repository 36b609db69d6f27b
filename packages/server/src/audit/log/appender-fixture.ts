import { writeSync } from 'node:fs';
import { systemClock } from '../../base/clock.ts';
import { testOptions } from './ledger-fixture.ts';
import { openLedger } from './ledger.ts';

/** Path of this file: a process of its own that appends to a ledger until it is killed. */
export const appenderPath = import.meta.filename;

/**
 * Appends from 16 callers to both logs and says on standard output, with plain writes that reach the
 * parent even when the next instruction is a kill, what was acknowledged and what was signed.
 */
async function main(directory: string, run: string): Promise<void> {
  const ledger = await openLedger({
    ...testOptions(directory, systemClock),
    checkpointMs: 5,
    syncMs: 40,
    journal: { segmentBytes: 256 * 1024, frameBytes: 32 * 1024, epochMs: 30 },
  });
  const say = (line: string): void => void writeSync(1, `${line}\n`);
  ledger.onCheckpoint(({ log, text }) => say(`signed ${log} ${text.split('\n').slice(1, 3).join(' ')}`));
  say('open');
  await Promise.all(
    Array.from({ length: 16 }, async (_, caller) => {
      for (let turn = 0; turn < 1e6; turn += 1) {
        const log = caller % 4 === 0 ? 'security' : 'general';
        const text = `${run}/${caller}/${turn} ${'x'.repeat((caller * 31 + turn * 7) % 700)}`;
        const { index } = await ledger.append(log, Buffer.from(text));
        say(`acked ${log} ${index} ${text}`);
      }
    }),
  );
}

if (import.meta.main) await main(process.argv[2] as string, process.argv[3] as string);
