import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { Client } from '@custos/client';
import { afterEach, expect, test } from 'vitest';
import { discard, eventually, serve, setUp, signIn, type Served } from './serve.ts';
import { freePort } from './stores.ts';

const program = 'prometheus';
const installed = spawnSync(program, ['--version']).error === undefined;

let folder: string;
let target: Server | undefined;
let sender: ChildProcess | undefined;
let served: Served | undefined;
afterEach(async () => {
  if (sender !== undefined && sender.exitCode === null) {
    sender.kill('SIGKILL');
    await once(sender, 'exit');
  }
  target?.closeAllConnections();
  target?.close();
  if (served !== undefined) await discard(served);
  rmSync(folder, { recursive: true, force: true });
});

/** Raw samples of a selector, by instance of `series`, as `time value` texts. */
async function samplesOf(base: string, headers: Record<string, string>): Promise<Record<string, string[]>> {
  const query = new URLSearchParams({ query: 'good[15m]' });
  const answer = await fetch(`${base}/api/v1/query?${query.toString()}`, { headers });
  const { data } = (await answer.json()) as {
    data: { result: { metric: { series: string }; values: [number, string][] }[] };
  };
  return Object.fromEntries(
    data.result.map(({ metric, values }) => [metric.series, values.map((pair) => pair.join(' '))]),
  );
}

/** A figure that Prometheus keeps of itself. */
async function ownFigure(base: string, name: string): Promise<number> {
  const text = await (await fetch(`${base}/metrics`)).text();
  const lines = text.split('\n').filter((line) => line.startsWith(`${name}{`));
  return lines.reduce((sum, line) => sum + Number(line.split(' ').at(-1)), 0);
}

// Prometheus comes in no npm package; where it is not installed nothing can stand in for its queue.
test.runIf(installed)(
  'a real Prometheus loses nothing while Custos is killed and comes back, and bad series hold up no others',
  async () => {
    folder = mkdtempSync(join(tmpdir(), 'custos-sender-'));
    let scrapes = 0;
    let over = false;
    target = createServer((_request, reply) => {
      if (over) {
        reply.writeHead(500).end();
        return;
      }
      scrapes += 1;
      const good = Array.from({ length: 40 }, (_, series) => `good{series="${series}"} ${scrapes}\n`);
      // Beyond the bound of a label's value: refused with 400, which Prometheus does not send again.
      reply.end(`${good.join('')}bad{long="${'x'.repeat(3_000)}"} 1\n`);
    });
    target.listen(0, '127.0.0.1');
    await once(target, 'listening');

    const port = await freePort();
    served = await serve({ directory: folder, port });
    const client: Client = await setUp(served);
    const { token } = await client.tokens.create({
      name: 'prometheus',
      permissions: ['telemetry.ingest', 'metric.read'],
      expiresInDays: 1,
    });

    const senderPort = await freePort();
    writeFileSync(
      join(folder, 'prometheus.yml'),
      `global: { scrape_interval: 200ms, scrape_timeout: 200ms }
scrape_configs:
  - { job_name: shop, static_configs: [{ targets: ['127.0.0.1:${(target.address() as AddressInfo).port}'] }] }
remote_write:
  - url: ${served.url}/api/v1/write
    authorization: { credentials: ${token} }
    queue_config: { batch_send_deadline: 300ms, max_backoff: 500ms, max_shards: 4 }
`,
    );
    sender = spawn(
      program,
      [
        `--config.file=${join(folder, 'prometheus.yml')}`,
        `--storage.tsdb.path=${join(folder, 'tsdb')}`,
        `--web.listen-address=127.0.0.1:${senderPort}`,
        '--log.level=error',
      ],
      { stdio: 'ignore' },
    );
    const prometheus = `http://127.0.0.1:${senderPort}`;
    const custos = { base: `${served.url}/prometheus`, headers: { authorization: `Bearer ${token}` } };
    const arrived = async () => Object.keys(await samplesOf(custos.base, custos.headers)).length === 40;
    await eventually(arrived, { timeoutMs: 60_000, what: 'the first samples' });

    for (let kills = 0; kills < 2; kills += 1) {
      await delay(1_500);
      await served.kill();
      await delay(1_500);
      served = await serve({ directory: folder, port });
    }
    await delay(1_500);
    over = true;

    const sent = await eventually(
      async () => {
        const there = await samplesOf(prometheus, {});
        const here = await samplesOf(custos.base, custos.headers);
        return JSON.stringify(here) === JSON.stringify(there) && there;
      },
      { timeoutMs: 60_000, everyMs: 500, what: 'the same samples on both sides' },
    );
    // Each scrape once: what it counted, with nothing left out or there twice.
    const values = sent['0']!.map((pair) => Number(pair.split(' ')[1]));
    expect(values).toEqual(Array.from({ length: scrapes }, (_, at) => at + 1));
    expect(scrapes).toBeGreaterThan(20);
    expect(await ownFigure(prometheus, 'prometheus_remote_storage_samples_retried_total')).toBeGreaterThan(0);

    const { sources } = await (await signIn(served)).ingest.status();
    expect(sources.find(({ door }) => door === 'remote-write')?.refusals).toMatchObject([
      { reason: 'label_too_long' },
    ]);
  },
  240_000,
);
