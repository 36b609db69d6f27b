import { createClient } from '@custos/client';
import type { DetailedHealthBody, OverallStatus } from '@custos/contract';
import type { Command } from 'commander';
import { systemClock } from '../base/clock.ts';
import { messageOf } from '../base/errors.ts';
import type { CommandContext } from './context.ts';
import { readFileSync } from 'node:fs';

interface HealthOptions {
  readonly url: string;
  readonly tokenFile?: string;
  readonly json?: boolean;
  readonly watch?: string;
  readonly verbose?: boolean;
}

type Health = Omit<DetailedHealthBody, 'checks' | 'resources' | 'degraded'> & Partial<DetailedHealthBody>;

/** Exit codes of the plug-in interface that Nagios, Icinga and others share. */
const exitCodes: Readonly<Record<OverallStatus, number>> = {
  healthy: 0,
  warning: 1,
  critical: 2,
  unknown: 3,
};
const words: Readonly<Record<OverallStatus, string>> = {
  healthy: 'OK',
  warning: 'WARNING',
  critical: 'CRITICAL',
  unknown: 'UNKNOWN',
};

/** `custos health`: one answer for people, scripts and Nagios. Exits 0, 1, 2, and 3 when it cannot tell. */
export function healthCommand(program: Command, context: CommandContext): void {
  program
    .command('health')
    .description('Tell how everything is. Exits 0 healthy, 1 warning, 2 critical, 3 when it cannot tell.')
    .option('--url <url>', 'address of the server', 'http://127.0.0.1:4600')
    .option('--token-file <path>', 'file with an API token that has dashboard.read, for the details')
    .option('--json', 'print the answer as JSON')
    .option('--watch <seconds>', 'ask again every so many seconds until interrupted')
    .option('--verbose', 'list every component (needs a token for the names)')
    .action(async (options: HealthOptions) => {
      let everyMs = 0;
      do {
        context.exitCode = await report(options);
        everyMs = watchMs(options.watch) ?? 0;
        if (everyMs > 0) await systemClock.sleep(everyMs);
      } while (everyMs > 0);
    });
}

/** Undefined when what was given is no number of seconds. */
function watchMs(given: string | undefined): number | undefined {
  const seconds = given === undefined ? 0 : Number(given);
  const right = given === undefined || seconds >= 1;
  return right && Number.isFinite(seconds) ? seconds * 1000 : undefined;
}

async function ask({ url, tokenFile, watch }: HealthOptions): Promise<Health> {
  if (watchMs(watch) === undefined) throw new Error('--watch takes a number of seconds, at least 1');
  if (tokenFile === undefined) return createClient({ baseUrl: url }).health.get();
  const token = readFileSync(tokenFile, 'utf8').trim();
  return createClient({ baseUrl: url, token }).health.detailed();
}

/** Prints one answer. Whatever keeps it from being told is UNKNOWN and not WARNING, which 1 would mean. */
async function report(options: HealthOptions): Promise<number> {
  let health: Health;
  try {
    health = await ask(options);
  } catch (error) {
    const why = messageOf(error);
    if (options.json) console.log(JSON.stringify({ status: 'unknown', error: why }));
    else console.log(`CUSTOS UNKNOWN - ${options.url}: ${why.replaceAll('|', '/')}`);
    return exitCodes.unknown;
  }
  if (options.json) {
    console.log(JSON.stringify({ ...health, timestamp: new Date(health.timestamp).toISOString() }));
  } else {
    console.log(nagiosLine(health));
    if (options.verbose) for (const line of details(health)) console.log(line);
  }
  return exitCodes[health.status];
}

/** One line as the Nagios plug-in guidelines want it: `SERVICE STATUS - text | performance data`. */
export function nagiosLine(health: Health): string {
  const bad = (health.checks ?? []).filter(
    (check) => check.status === 'critical' || check.status === 'warning',
  );
  const parts = Object.entries(health.services).filter(
    ([, status]) => status !== 'healthy' && status !== 'unknown',
  );
  const text =
    bad.length > 0
      ? bad.map((check) => `${check.name} ${check.status}`).join(', ')
      : parts.length > 0
        ? parts.map(([name, status]) => `${name} ${status}`).join(', ')
        : 'everything that is watched works';
  const { responseTime, uptime, activeUsers } = health.metrics;
  const percent = (name: string, value: number | null | undefined, limits: string): string[] =>
    value === null || value === undefined ? [] : [`${name}=${value.toFixed(1)}%;${limits};0;100`];
  const figures = [
    ...(responseTime === null ? [] : [`response_time=${responseTime.toFixed(1)}ms;1000;;0`]),
    `uptime=${uptime}s;;;0`,
    `active_users=${activeUsers};;;0`,
    ...percent('memory', health.resources?.memoryUsage, '85;95'),
    ...percent('cpu', health.resources?.cpuUsage, '80;95'),
    ...percent('disk', health.resources?.diskUsage, '85;95'),
  ];
  // A pipe in a name would start the performance data early.
  return `CUSTOS ${words[health.status]} - ${text.replaceAll('|', '/')} | ${figures.join(' ')}`;
}

function details(health: Health): string[] {
  if (health.checks === undefined) {
    return Object.entries(health.services).map(([name, status]) => `${words[status].padEnd(9)} ${name}`);
  }
  return [
    ...health.checks.map((check) => {
      const latency = check.latencyMs === null ? '' : ` (${Math.round(check.latencyMs)} ms)`;
      return `${words[check.status].padEnd(9)} ${check.name}${latency}${check.message === '' ? '' : `: ${check.message}`}`;
    }),
    ...(health.degraded ?? []).map(({ part, reason }) => `WARNING   custos ${part}: ${reason}`),
  ];
}
