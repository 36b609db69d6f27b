import { spawn } from 'node:child_process';
import { setTimeout as delay } from 'node:timers/promises';
import { discard, serve, setUp } from '../packages/server/test/serve.ts';
import type { Figure } from './figure.ts';
import { family, residentMb } from './process-stats.ts';

/** Idle means: five minutes after the start, with the built-in probes and nobody looking. */
const idleMs = 5 * 60_000;

/** Memory of the main process and of all processes, beside a Node that only waits. */
export async function run(): Promise<readonly Figure[]> {
  const served = await serve();
  await setUp(served);
  const bare = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { stdio: 'ignore' });
  await delay(idleMs);
  const pid = served.process.pid ?? 0;
  const main = residentMb(pid);
  const all = family(pid).reduce((sum, each) => sum + residentMb(each), 0);
  const baseline = { name: 'Node that only waits', value: residentMb(bare.pid ?? 0) };
  bare.kill('SIGKILL');
  await served.stop();
  await discard(served);
  return [
    { figure: 'main-mb', value: main, unit: 'MB', baseline },
    { figure: 'all-mb', value: all, unit: 'MB', baseline },
  ];
}
