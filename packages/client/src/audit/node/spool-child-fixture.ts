import { setTimeout as delayMs } from 'node:timers/promises';
import { openAuditRecorder } from './open-recorder.ts';

/**
 * A program that records until it is killed, and waits a moment while the recorder is full. Prints `taken ID` for
 * every event that was taken.
 */
const [url = '', spoolDirectory = '', name = '', mode = 'enqueue', delay = '5000'] = process.argv.slice(2);
const recorder = await openAuditRecorder({
  url,
  spoolDirectory,
  token: 'cst_good',
  batchSize: 10,
  flushIntervalMs: Number(delay),
  exitSignals: ['SIGTERM'],
});
process.stdout.write('open\n');
const event = (id: string) =>
  ({ id, type: 'user.status-change', outcome: 'succeeded', actor: { type: 'user', id: 'usr_1' } }) as const;

if (mode === 'enqueue') {
  for (let count = 0; count < 100_000; count += 1) {
    const ids = Array.from({ length: 1 + (count % 7) }, (_, index) => `${name}-${count}-${index}`);
    const results = await Promise.allSettled(ids.map((id) => recorder.enqueue(event(id))));
    for (const [index, result] of results.entries()) {
      if (result.status === 'fulfilled') process.stdout.write(`taken ${ids[index]}\n`);
      else if ((result.reason as { code?: unknown }).code === 'recorder_full') await delayMs(20);
      else throw result.reason;
    }
  }
} else if (mode === 'drain') {
  await recorder.flush({ timeoutMs: 20_000 });
  await recorder.close();
} else if (mode === 'three') {
  for (const number of [1, 2, 3]) await recorder.enqueue(event(`${name}-${number}`));
  process.stdout.write('done\n');
} else if (mode === 'wait') {
  for (const number of [1, 2, 3]) await recorder.enqueue(event(`${name}-${number}`));
  process.stdout.write('done\n');
  setInterval(() => undefined, 1000);
}
