import { fork } from 'node:child_process';
import { setTimeout as delay } from 'node:timers/promises';
import { discard, serve, setUp } from '../packages/server/test/serve.ts';
import type { Figure } from './figure.ts';
import { cpuSeconds } from './process-stats.ts';

const count = 1000;
const intervalMs = 30_000;
/** Three rounds of all probes, after one to warm up. */
const warmUpMs = 35_000;
const measureMs = 3 * intervalMs;

const file = (name: string): string => new URL(name, import.meta.url).pathname;

/** Starts a helper script and resolves with its first message. */
async function start(name: string, ...args: string[]) {
  const child = fork(file(name), args);
  const message = await new Promise<unknown>((resolve) => child.once('message', resolve));
  return { child, message };
}

/** 1,000 HTTP probes every 30 s: how late checks start and what they cost, beside bare requests on time. */
export async function run(): Promise<readonly Figure[]> {
  const target = await start('./parts/target.ts');
  const port = String(target.message);
  const served = await serve({
    config: {
      probes: Array.from({ length: count }, (_, index) => ({
        name: `Probe ${index}`,
        kind: 'http' as const,
        intervalMs,
        options: { url: `http://127.0.0.1:${port}/${index}` },
      })),
    },
  });
  await setUp(served);
  await delay(warmUpMs);
  const pid = served.process.pid ?? 0;
  const before = cpuSeconds(pid);
  const startedAt = performance.now();
  await delay(measureMs);
  const share = (cpuSeconds(pid) - before) / ((performance.now() - startedAt) / 1000);
  const metrics = await (await fetch(`${served.url}/metrics`)).text();
  const gauge = (name: string): number =>
    Number(new RegExp(`^${name} (\\S+)`, 'm').exec(metrics)?.[1]) * 1000;
  await served.stop();

  const bare = await start('./parts/bare-requests.ts', port, String(count), String(intervalMs));
  const bareStats = bare.message as { lagP50Ms: number; lagP99Ms: number; cpuShare: number };
  bare.child.kill();
  target.child.kill();
  await discard(served);
  const name = 'bare requests on timers';
  return [
    {
      figure: 'lag-p50-ms',
      value: gauge('custos_scheduler_lag_p50_seconds'),
      unit: 'ms',
      baseline: { name, value: bareStats.lagP50Ms },
    },
    {
      figure: 'lag-p99-ms',
      value: gauge('custos_scheduler_lag_p99_seconds'),
      unit: 'ms',
      baseline: { name, value: bareStats.lagP99Ms },
    },
    { figure: 'cpu-share', value: share, unit: 'cores', baseline: { name, value: bareStats.cpuShare } },
  ];
}
