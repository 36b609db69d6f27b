import { fork } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { Agent, request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { channelInput } from '@custos/contract';
import { systemClock } from '../packages/server/src/base/clock.ts';
import { silentLogger } from '../packages/server/src/base/logger.ts';
import { createNotify } from '../packages/server/src/notify/service.ts';
import type { Message, NotificationRequest } from '../packages/server/src/notify/types.ts';
import { channelPolicy } from '../packages/server/src/outbound/policy.ts';
import { createOutbound } from '../packages/server/src/outbound/service.ts';
import { openKeyFile } from '../packages/server/src/storage/secrets/key-file.ts';
import { createSecrets } from '../packages/server/src/storage/secrets/service.ts';
import { openState } from '../packages/server/src/storage/state/open.ts';
import { eventually } from '../packages/server/test/serve.ts';
import type { Figure } from './figure.ts';

const count = 4000;
const concurrency = 64;

const message: Message = {
  event: 'firing',
  title: 'Shop is down',
  summary: 'Shop is down',
  description: 'HTTP 503 instead of 200-299',
  severity: 'critical',
  labels: { probe: 'Shop', service: 'Checkout' },
  value: null,
  threshold: null,
  startedAt: 1_767_225_600_000,
  resolvedAt: null,
  alertId: null,
  probeId: null,
  serviceName: 'Checkout',
  path: '/alerts/x',
  acknowledgePath: null,
};

/** Posts bodies of the same size from this process, as many at once as the outbox does. */
async function barePosts(url: string): Promise<number> {
  const agent = new Agent({ keepAlive: true, maxSockets: concurrency });
  const body = JSON.stringify({ ...message, padding: 'x'.repeat(400) });
  let left = count;
  const before = performance.now();
  const post = (): Promise<void> =>
    new Promise((resolve, reject) => {
      request(url, { method: 'POST', agent }, (reply) => {
        reply.resume();
        reply.on('end', resolve);
      })
        .on('error', reject)
        .end(body);
    });
  const lane = async (): Promise<void> => {
    while (left > 0) {
      left -= 1;
      await post();
    }
  };
  await Promise.all(Array.from({ length: concurrency }, lane));
  agent.destroy();
  return count / ((performance.now() - before) / 1000);
}

/** Durable notifications per second to a local receiver: claimed, recorded, sent, recorded. */
export async function run(): Promise<readonly Figure[]> {
  const receiver = fork(new URL('./parts/target.ts', import.meta.url).pathname);
  const port = await new Promise<unknown>((resolve) => receiver.once('message', resolve));
  const url = `http://127.0.0.1:${String(port)}/hook`;

  const directory = mkdtempSync(join(tmpdir(), 'custos-bench-'));
  const shared = { clock: systemClock, log: silentLogger };
  const state = await openState({ url: `sqlite:${join(directory, 'state.sqlite')}`, ...shared });
  const keys = openKeyFile(join(directory, 'secret.key'));
  const notify = createNotify({
    state,
    ...shared,
    node: 'bench',
    outbound: createOutbound({
      policy: { ...channelPolicy, allowHttp: true, internal: ['127.0.0.1'] },
      clock: systemClock,
      onRefused: () => undefined,
    }),
    secrets: await createSecrets({ state, keys, clock: systemClock }),
    publish: () => undefined,
    publicUrl: () => 'http://127.0.0.1:4600',
    limits: { concurrency },
  });
  await notify.start();
  const hook = await notify.channels.create(
    channelInput.parse({ name: 'Hook', kind: 'webhook', options: { url } }),
  );

  const requests = Array.from({ length: count }, (_, index): NotificationRequest => ({
    alertId: `alr_${index}`,
    step: 'firing',
    message: { ...message, alertId: `alr_${index}` },
    channelIds: [hook.id],
  }));
  const before = performance.now();
  for (let first = 0; first < count; first += 100) {
    const after = await state.transaction((tx) => notify.enqueue(tx, requests.slice(first, first + 100)));
    after();
  }
  await eventually(async () => (await notify.deliveries.counts()).delivered >= count, {
    timeoutMs: 120_000,
    everyMs: 20,
  });
  const perSecond = count / ((performance.now() - before) / 1000);
  await notify.stop(1000);
  const bare = await barePosts(url);
  await state.close();
  receiver.kill();
  rmSync(directory, { recursive: true, force: true });
  return [
    {
      figure: 'per-second',
      value: perSecond,
      unit: '1/s',
      baseline: { name: 'bare HTTP posts from the same process', value: bare },
    },
  ];
}
