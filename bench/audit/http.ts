import { fork } from 'node:child_process';
import { eventually, discard, serve, setUp } from '../../packages/server/test/serve.ts';
import { quantile, type Figure } from '../figure.ts';
import type { PostgresBaseline } from './postgres.ts';
import { medianRate, type Round } from './rounds.ts';

const rounds = 3;
const roundMs = 4000;
const connections = 64;
const load = new URL('../parts/audit-load.ts', import.meta.url).pathname;

/** What the load of one round saw. */
interface Load {
  readonly perSecond: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
}

/** Sends events to the server from a process of its own. */
async function send(
  to: { readonly port: number; readonly token: string },
  { perRequest, ms }: { readonly perRequest: number; readonly ms: number },
): Promise<Load> {
  const child = fork(load, [to.port, to.token, connections, perRequest, ms].map(String));
  return new Promise((resolve, reject) => {
    child.once('message', (told) => resolve(told as Load));
    child.once('exit', (code) => {
      if (code !== 0) reject(new Error(`the load ended with ${code}`));
    });
  });
}

const median = (loads: readonly Load[], of: keyof Load): number =>
  quantile(
    loads.map((each) => each[of]),
    0.5,
  );

/**
 * Events to a real server with everything that it does besides: identity, limits, vault, index. Rates per
 * source are set so high that they do not bind.
 */
export async function overHttp(postgres: PostgresBaseline): Promise<readonly Figure[]> {
  const settings = { RATE_LIMIT_PER_SECOND: 1_000_000, RATE_LIMIT_BURST: 1_000_000 };
  const served = await serve({ config: { audit: { settings } } });
  try {
    const client = await setUp(served);
    const { token } = await client.tokens.create({
      name: 'shop',
      permissions: ['audit.write'],
      expiresInDays: 1,
    });
    await eventually(async () => (await client.system.status()).columns.state === 'up', {
      timeoutMs: 60_000,
    });
    const to = { port: served.port, token };
    await send(to, { perRequest: 1, ms: 1500 });
    const singles: Load[] = [];
    const batches: Load[] = [];
    const singleRows: Round[] = [];
    const hundredRows: Round[] = [];
    for (let round = 0; round < rounds; round += 1) {
      singleRows.push(await postgres.singleRows(roundMs));
      singles.push(await send(to, { perRequest: 1, ms: roundMs }));
      hundredRows.push(await postgres.hundredRows(roundMs));
      batches.push(await send(to, { perRequest: 100, ms: roundMs }));
    }
    const baselineOf = (name: string, own: readonly Round[]): Figure['baseline'] => ({
      name: `PostgreSQL, ${name}, 64 connections, /s`,
      value: medianRate(own),
    });
    const single = baselineOf('a row per commit', singleRows);
    const hundred = baselineOf('100 rows per commit', hundredRows);
    return [
      { figure: 'http-single-64', value: median(singles, 'perSecond'), unit: 'events/s', baseline: single },
      {
        figure: 'http-single-64-p99-ms',
        value: median(singles, 'p99Ms'),
        unit: 'ms',
        baseline: {
          name: 'PostgreSQL, a row per commit, 64 connections, p99, ms',
          value: quantile(
            singleRows.map(({ times }) => quantile(times, 0.99)),
            0.5,
          ),
        },
      },
      { figure: 'http-batch-100', value: median(batches, 'perSecond'), unit: 'events/s', baseline: hundred },
    ];
  } finally {
    await discard(served);
  }
}
