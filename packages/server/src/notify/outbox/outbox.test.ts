import { createHmac } from 'node:crypto';
import { expect, test } from 'vitest';
import { createManualClock, type ManualClock } from '../../base/clock.ts';
import type { Logger } from '../../base/logger.ts';
import { describeOnBothStores } from '../../../test/stores.ts';
import type { State } from '../../storage/state/state.ts';
import { builtInChannelId } from '../configured-channels.ts';
import type { NotifyTables } from '../tables.ts';
import {
  channelOf,
  createWorld,
  firing,
  message,
  resolved,
  send,
  startReceiver,
  until,
  type Receiver,
  type World,
} from '../test/world.ts';

const events = (receiver: Receiver) =>
  receiver.received.map(({ body }) => (JSON.parse(body) as { event: string }).event);
const keys = (receiver: Receiver) => receiver.received.map(({ headers }) => headers['idempotency-key']);

async function states(state: State): Promise<Record<string, string>> {
  const rows = await state.read.withTables<NotifyTables>().selectFrom('notification').selectAll().execute();
  return Object.fromEntries(
    rows
      .filter((row) => row.channel_id !== builtInChannelId)
      .map((row) => [`${row.alert_id}/${row.step}/${row.channel_name}`, row.state]),
  );
}

/** Moves a clock on in small steps, with real time in between for real sockets. */
async function advanceUntil(clock: ManualClock, stepMs: number, check: () => boolean | Promise<boolean>) {
  for (let step = 0; step < 2000; step += 1) {
    if (await check()) return;
    await clock.advance(stepMs);
    await new Promise((resolve) => setTimeout(resolve, 15));
  }
  throw new Error('what was waited for did not happen');
}

describeOnBothStores('outbox', (open) => {
  const worlds: World[] = [];
  const receivers: Receiver[] = [];

  async function start(more: Parameters<typeof createWorld>[1] = {}, state?: State) {
    const store = state ?? (await open());
    const world = await createWorld(store, more);
    worlds.push(world);
    await world.notify.start();
    return { state: store, ...world };
  }
  async function receive(...args: Parameters<typeof startReceiver>) {
    const receiver = await startReceiver(...args);
    receivers.push(receiver);
    return receiver;
  }
  const finish = async () => {
    for (const world of worlds.splice(0)) await world.notify.stop(1000);
    for (const receiver of receivers.splice(0)) await receiver.close();
  };

  test('a firing and its end reach a receiver in order, signed, each with a key of its own', async () => {
    const { state, notify, published } = await start();
    const receiver = await receive();
    const secret = 'a-secret-of-some-length';
    await notify.channels.create(
      channelOf('webhook', { url: receiver.url, secret, previousSecret: 'the-one-before-that' }),
    );
    await send(state, notify, [firing('alr_1'), resolved('alr_1')]);
    await until(() => receiver.received.length === 2);
    expect(events(receiver)).toEqual(['firing', 'resolved']);
    expect(new Set(keys(receiver)).size).toBe(2);

    const [first] = receiver.received;
    const [time, ...proofs] = String(first?.headers['custos-signature']).split(',');
    const expected = [secret, 'the-one-before-that'].map((each) =>
      createHmac('sha256', each)
        .update(`${time?.slice(2)}.${first?.body}`)
        .digest('hex'),
    );
    expect(proofs).toEqual(expected.map((hex) => `v1=${hex}`));
    expect(first?.headers['custos-event']).toBe('firing');
    expect(JSON.parse(first?.body ?? '')).toMatchObject({
      alert: {
        severity: 'high',
        value: 3,
        threshold: 2,
        url: 'https://custos.example.com/alerts/alr_1',
        acknowledgeUrl: 'https://custos.example.com/acknowledge?token=abc',
      },
    });
    await until(async () => (await notify.deliveryByAlert(['alr_1'])).get('alr_1') === 'delivered');
    const live = published
      .filter(({ type }) => type === 'delivery')
      .map(({ data }) => data as { state: string });
    expect(live.some((each) => each.state === 'pending')).toBe(true);
    expect(live.some((each) => each.state === 'delivered')).toBe(true);
    await finish();
  });

  test('a request that is written twice becomes one notification per channel', async () => {
    const { state, notify } = await start();
    const receiver = await receive();
    await notify.channels.create(channelOf('webhook', { url: receiver.url }));
    await send(state, notify, [firing('alr_1')]);
    await send(state, notify, [firing('alr_1'), firing('alr_1')]);
    await until(() => receiver.received.length >= 1);
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect(receiver.received).toHaveLength(1);
    await finish();
  });

  test('a transaction that is rolled back pages nobody', async () => {
    const { state, notify } = await start();
    const receiver = await receive();
    await notify.channels.create(channelOf('webhook', { url: receiver.url }));
    await expect(
      state.transaction(async (tx) => {
        await notify.enqueue(tx, [firing('alr_1')]);
        throw new Error('changed my mind');
      }),
    ).rejects.toThrow('changed my mind');
    await send(state, notify, [firing('alr_2')]);
    await until(() => receiver.received.length > 0);
    expect(receiver.received.map(({ body }) => JSON.parse(body).alert.id)).toEqual(['alr_2']);
    await finish();
  });

  test('channels take what they are for: severity, resolved, enabled, named', async () => {
    const { state, notify } = await start();
    const urls: Record<string, Receiver> = {};
    const make = async (name: string, more: object) => {
      urls[name] = await receive();
      return notify.channels.create(channelOf('webhook', { url: urls[name].url }, { name, ...more }));
    };
    await make('only critical', { minimumSeverity: 'critical' });
    await make('no ends', { sendResolved: false });
    await make('off', { enabled: false });
    const named = await make('named', { isDefault: false });
    await make('all', {});
    await send(state, notify, [firing('alr_1'), resolved('alr_1')]);
    await send(state, notify, [firing('alr_2', { channelIds: [named.id] })]);
    await until(async () => Object.values(await states(state)).every((each) => each === 'delivered'));
    expect(
      Object.fromEntries(Object.entries(urls).map(([name, receiver]) => [name, events(receiver)])),
    ).toEqual({
      'only critical': [],
      'no ends': ['firing'],
      off: [],
      named: ['firing'],
      all: ['firing', 'resolved'],
    });
    await finish();
  });

  test('a request that names only deleted channels goes to the default ones', async () => {
    const { state, notify } = await start();
    const receiver = await receive();
    await notify.channels.create(channelOf('webhook', { url: receiver.url }));
    await send(state, notify, [firing('alr_1', { channelIds: ['chn_gone'] })]);
    await until(() => receiver.received.length === 1);
    await finish();
  });

  test('500s and lost connections are retried under the same key until a yes, every attempt on record', async () => {
    const receiver = await receive((response, _received, count) => {
      if (count === 1) response.writeHead(500, { connection: 'close' }).end('broken');
      else if (count === 2) response.socket?.destroy();
      else if (count === 3) {
        response.writeHead(200, { 'content-length': '1000' });
        response.write('half an answer', () => response.socket?.destroy());
      } else response.writeHead(202, { 'x-request-id': 'r-77' }).end('thanks');
    });
    const { state, notify } = await start({ policy: { baseMs: 20, maxMs: 50 }, limits: { pollMs: 20 } });
    await notify.channels.create(channelOf('webhook', { url: receiver.url }));
    await send(state, notify, [firing('alr_1')]);
    await until(async () => (await notify.deliveries.counts()).delivered === 2);
    expect(new Set(keys(receiver)).size).toBe(1);
    const [row] = await notify.deliveries
      .list({ alertId: 'alr_1' }, { limit: 10 })
      .then((rows) => rows.filter((each) => each.channelKind === 'webhook'));
    const { history, ...rest } = await notify.deliveries.get(row?.id ?? '');
    expect(rest).toMatchObject({ state: 'delivered', attempts: 4, idempotencyKey: keys(receiver)[0] });
    expect(history.map(({ outcome }) => outcome)).toEqual(['retry', 'unknown', 'unknown', 'delivered']);
    expect(history[0]?.answer).toBe('500 broken');
    expect(history[3]).toMatchObject({ answer: '202 thanks', providerId: 'r-77', error: null });
    await finish();
  });

  test('Retry-After is honoured: nothing is sent before its time', async () => {
    const clock = createManualClock();
    const at: number[] = [];
    const receiver = await receive((response, _received, count) => {
      at.push(clock.now());
      if (count === 1) response.writeHead(429, { 'retry-after': '120' }).end();
      else response.end('ok');
    });
    const { state, notify } = await start({ clock, limits: { leaseMs: 60_000 } });
    await notify.channels.create(channelOf('webhook', { url: receiver.url }));
    await send(state, notify, [firing('alr_1')]);
    await advanceUntil(clock, 500, () => receiver.received.length === 1);
    await until(async () => {
      await clock.advance(1);
      return (await notify.deliveries.list({ state: 'pending' }, { limit: 1 }))[0]?.lastError !== null;
    });
    await advanceUntil(clock, 5000, () => receiver.received.length === 2);
    expect((at[1] ?? 0) - (at[0] ?? 0)).toBeGreaterThanOrEqual(120_000);
    expect((at[1] ?? 0) - (at[0] ?? 0)).toBeLessThan(300_000);
    await finish();
  });

  test('an answer of a gigabyte is cut off and counts by its status', async () => {
    let written = 0;
    const receiver = await receive((response) => {
      const chunk = Buffer.alloc(1024 * 1024, 'x');
      response.writeHead(200, { 'content-length': String(1024 * chunk.length) });
      const more = () => {
        while (written < 1024 * chunk.length && !response.destroyed) {
          written += chunk.length;
          if (!response.write(chunk)) return void response.once('drain', more);
        }
      };
      more();
    });
    const { state, notify } = await start();
    await notify.channels.create(channelOf('webhook', { url: receiver.url }));
    await send(state, notify, [firing('alr_1')]);
    await until(async () => (await states(state))['alr_1/firing-1/webhook'] === 'delivered');
    expect(written).toBeLessThan(64 * 1024 * 1024);
    await finish();
  });

  test('a channel that hangs delays no other, and what it holds is retried when it is cut off', async () => {
    const hung = await receive(() => undefined);
    const quick = await receive();
    const { state, notify } = await start({
      policy: { baseMs: 10, maxMs: 20 },
      limits: { concurrency: 20, attemptTimeoutMs: 4000, pollMs: 50 },
    });
    const bad = await notify.channels.create(channelOf('webhook', { url: hung.url }, { name: 'hung' }));
    const good = await notify.channels.create(channelOf('webhook', { url: quick.url }, { name: 'quick' }));
    const both = [bad.id, good.id];
    const requests = Array.from({ length: 100 }, (_, index) => firing(`alr_${index}`, { channelIds: both }));
    await send(state, notify, requests);
    await until(() => quick.received.length === 100);
    // Nothing that hangs has been cut off yet, so the others did not wait for that.
    const cutOff = await notify.deliveries.list({ channelId: bad.id }, { limit: 100 });
    expect(cutOff.every(({ lastError }) => lastError === null)).toBe(true);
    const held = hung.received.length;
    expect(held).toBeLessThanOrEqual(5);
    await until(() => hung.received.length > held);
    const [row] = await notify.deliveries.list({ channelId: bad.id, alertId: 'alr_0' }, { limit: 1 });
    const { history } = await notify.deliveries.get(row?.id ?? '');
    expect(history[0]?.outcome).toBe('unknown');
    await finish();
  });

  test('however many channels hang, one that does not is served', async () => {
    const hung = await receive(() => undefined);
    const quick = await receive();
    const { state, notify } = await start({ limits: { concurrency: 8, attemptTimeoutMs: 4000, pollMs: 50 } });
    for (let index = 0; index < 6; index += 1) {
      await notify.channels.create(channelOf('webhook', { url: hung.url }, { name: `hung ${index}` }));
    }
    await send(
      state,
      notify,
      Array.from({ length: 10 }, (_, index) => firing(`alr_${index}`)),
    );
    await until(() => hung.received.length >= 8);
    const good = await notify.channels.create(channelOf('webhook', { url: quick.url }, { name: 'quick' }));
    await send(
      state,
      notify,
      Array.from({ length: 10 }, (_, index) => firing(`alr_9${index}`, { channelIds: [good.id] })),
    );
    await until(() => quick.received.length === 10, 3500);
    const others = await notify.deliveries.list({ state: 'pending' }, { limit: 100 });
    expect(others.every(({ lastError }) => lastError === null)).toBe(true);
    await finish();
  });

  test('a refusal goes to the fallback at once, and the record says who took it', async () => {
    const refusing = await receive((response) => response.writeHead(410).end('gone'));
    const second = await receive();
    const { state, notify } = await start();
    const fallback = await notify.channels.create(
      channelOf('webhook', { url: second.url }, { name: 'second', isDefault: false, sendResolved: false }),
    );
    await notify.channels.create(
      channelOf('webhook', { url: refusing.url }, { name: 'first', fallbackChannelId: fallback.id }),
    );
    await send(state, notify, [firing('alr_1'), resolved('alr_1')]);
    await until(() => second.received.length === 2);
    expect(events(second)).toEqual(['firing', 'resolved']);
    await until(async () => (await notify.deliveryByAlert(['alr_1'])).get('alr_1') === 'delivered');
    expect(await states(state)).toEqual({
      'alr_1/firing-1/first': 'failed-over',
      'alr_1/resolved-1/first': 'failed-over',
      'alr_1/firing-1/second': 'delivered',
      'alr_1/resolved-1/second': 'delivered',
    });
    await finish();
  });

  test('a fallback that was told in its own right is not told again', async () => {
    const refusing = await receive((response) => response.writeHead(404).end());
    const second = await receive();
    const { state, notify } = await start();
    const fallback = await notify.channels.create(
      channelOf('webhook', { url: second.url }, { name: 'second' }),
    );
    await notify.channels.create(
      channelOf('webhook', { url: refusing.url }, { name: 'first', fallbackChannelId: fallback.id }),
    );
    await send(state, notify, [firing('alr_1')]);
    await until(async () => (await states(state))['alr_1/firing-1/first'] === 'failed-over');
    await until(async () => (await states(state))['alr_1/firing-1/second'] === 'delivered');
    expect(second.received).toHaveLength(1);
    await finish();
  });

  test('without a fallback a refusal is a visible failure that can be sent again under its key', async () => {
    let broken = true;
    const receiver = await receive((response) => response.writeHead(broken ? 403 : 200).end());
    const { state, notify } = await start();
    const channel = await notify.channels.create(channelOf('webhook', { url: receiver.url }));
    await send(state, notify, [firing('alr_1')]);
    await until(async () => (await states(state))['alr_1/firing-1/webhook'] === 'failed');
    expect((await notify.deliveryByAlert(['alr_1'])).get('alr_1')).toBe('failed');
    expect(await notify.deliveries.backlog()).toEqual({ pending: 0, oldestAgeMs: null });
    expect((await notify.deliveries.counts()).failed).toBe(1);
    expect((await notify.channels.get(channel.id)).lastError).toBe('The receiver answered 403.');
    broken = false;
    const [row] = await notify.deliveries.list({ state: 'failed' }, { limit: 1 });
    await notify.deliveries.retry(row?.id ?? '');
    await until(async () => (await states(state))['alr_1/firing-1/webhook'] === 'delivered');
    expect(new Set(keys(receiver)).size).toBe(1);
    expect((await notify.channels.get(channel.id)).lastError).toBeNull();
    await expect(notify.deliveries.retry(row?.id ?? '')).rejects.toMatchObject({ code: 'conflict' });
    await expect(notify.deliveries.retry('ntf_none')).rejects.toMatchObject({ code: 'not_found' });
    await finish();
  });

  test('an end never overtakes its beginning, however long that takes', async () => {
    let up = false;
    const receiver = await receive((response) => response.writeHead(up ? 200 : 503).end());
    const { state, notify } = await start({ policy: { baseMs: 20, maxMs: 40 }, limits: { pollMs: 20 } });
    await notify.channels.create(channelOf('webhook', { url: receiver.url }));
    await send(state, notify, [firing('alr_1')]);
    await send(state, notify, [resolved('alr_1')]);
    await until(() => receiver.received.length >= 5);
    expect(events(receiver)).not.toContain('resolved');
    expect(await notify.deliveries.backlog()).toEqual({ pending: 2, oldestAgeMs: expect.any(Number) });
    up = true;
    await until(async () => (await notify.deliveryByAlert(['alr_1'])).get('alr_1') === 'delivered');
    expect(events(receiver).at(-1)).toBe('resolved');
    expect(events(receiver).filter((event) => event === 'resolved')).toHaveLength(1);
    await finish();
  });

  test('a receiver that is away for an hour is told when it is back', async () => {
    const clock = createManualClock();
    const begin = clock.now();
    const receiver = await receive((response) =>
      clock.now() - begin < 3_600_000 ? response.socket?.destroy() : response.end('ok'),
    );
    const { state, notify } = await start({ clock, limits: { leaseMs: 120_000 } });
    await notify.channels.create(channelOf('webhook', { url: receiver.url }));
    await send(state, notify, [firing('alr_1'), resolved('alr_1')]);
    await advanceUntil(clock, 10_000, async () =>
      Object.values(await states(state)).every((each) => each === 'delivered'),
    );
    expect(clock.now() - begin).toBeGreaterThan(3_600_000);
    expect(clock.now() - begin).toBeLessThan(4_500_000);
    const [row] = await notify.deliveries
      .list({ alertId: 'alr_1', channelId: undefined }, { limit: 10 })
      .then((rows) => rows.filter((each) => each.channelKind === 'webhook' && each.event === 'firing'));
    expect(row?.attempts).toBeGreaterThan(10);
    expect(row?.latencyMs).toBeGreaterThan(3_600_000);
    await finish();
  });

  test('a critical page waits minutes and not hours for its first channel when there is a second', async () => {
    const clock = createManualClock();
    const begin = clock.now();
    const dead = await receive((response) => response.writeHead(500).end());
    const second = await receive();
    const { state, notify } = await start({ clock, limits: { leaseMs: 120_000 } });
    const fallback = await notify.channels.create(
      channelOf('webhook', { url: second.url }, { name: 'second', isDefault: false }),
    );
    await notify.channels.create(
      channelOf('webhook', { url: dead.url }, { name: 'first', fallbackChannelId: fallback.id }),
    );
    const critical = message({ severity: 'critical', alertId: 'alr_1' });
    await send(state, notify, [firing('alr_1', { message: critical })]);
    await advanceUntil(clock, 5000, () => second.received.length === 1);
    expect(clock.now() - begin).toBeGreaterThanOrEqual(300_000);
    expect(clock.now() - begin).toBeLessThan(400_000);
    await finish();
  });

  test('disabling or deleting a channel hands on what it still had to send', async () => {
    const dead = await receive((response) => response.writeHead(500).end());
    const second = await receive();
    const { state, notify } = await start();
    const fallback = await notify.channels.create(
      channelOf('webhook', { url: second.url }, { name: 'second', isDefault: false }),
    );
    const first = await notify.channels.create(
      channelOf('webhook', { url: dead.url }, { name: 'first', fallbackChannelId: fallback.id }),
    );
    const third = await notify.channels.create(
      channelOf('webhook', { url: dead.url }, { name: 'third', isDefault: false }),
    );
    await send(state, notify, [firing('alr_1'), firing('alr_2', { channelIds: [third.id] })]);
    await until(() => dead.received.length >= 2);
    await notify.channels.update(first.id, { enabled: false });
    await until(() => second.received.length === 1);
    await notify.channels.remove(third.id);
    expect(await states(state)).toMatchObject({
      'alr_1/firing-1/first': 'failed-over',
      'alr_2/firing-1/third': 'cancelled',
    });
    const [cancelled] = await notify.deliveries.list({ state: 'cancelled' }, { limit: 1 });
    expect(cancelled).toMatchObject({
      channelId: null,
      channelName: 'third',
      lastError: expect.stringContaining('deleted'),
    });
    await expect(notify.channels.remove(fallback.id)).rejects.toMatchObject({
      code: 'conflict',
      message: expect.stringContaining('"first"'),
    });
    await finish();
  });

  test('lists page by cursor and filter by state, channel and alert', async () => {
    const { state, notify } = await start();
    await send(
      state,
      notify,
      Array.from({ length: 25 }, (_, index) => firing(`alr_${index}`)),
    );
    await until(async () => (await notify.deliveries.counts()).delivered === 25);
    const seen: string[] = [];
    let before: string | undefined;
    for (let page = 0; page < 5; page += 1) {
      const rows = await notify.deliveries.list({ state: 'delivered' }, { limit: 7, before });
      seen.push(...rows.map(({ id }) => id));
      before = rows.at(-1)?.id;
      if (rows.length < 7) break;
    }
    expect(new Set(seen).size).toBe(25);
    expect(seen).toEqual(seen.toSorted().toReversed());
    expect(await notify.deliveries.list({ alertId: 'alr_3' }, { limit: 9 })).toHaveLength(1);
    expect(await notify.deliveries.list({ channelId: 'chn_other' }, { limit: 9 })).toHaveLength(0);
    expect((await notify.deliveries.counts()).p50LatencyMs).toBeGreaterThanOrEqual(0);
    await finish();
  });

  test('secrets are in no record, no reply, no event and no log line, even when a provider repeats them', async () => {
    const echo = await receive((response, { path }) => response.writeHead(404).end(`no such hook: ${path}`));
    const lines: string[] = [];
    const keep = (fields: object, text: string) => void lines.push(JSON.stringify([fields, text]));
    const log: Logger = { debug: keep, info: keep, warn: keep, error: keep, child: () => log };
    const { state, notify, published } = await start({ log });
    const slackSecret = 'T0AAAAAAA/B0BBBBBBB/cccccccccccccccc';
    const token = '123456789:AAsecretsecretsecretsecret';
    await notify.channels.create(
      channelOf('slack', { webhookUrl: echo.url.replace('/hook', `/services/${slackSecret}`) }),
    );
    await notify.channels.create(
      channelOf('telegram', { botToken: token, chatId: '-100', apiUrl: echo.url.replace('/hook', '') }),
    );
    const refusedPort = echo.url.replace('/hook', `/services/${slackSecret}`).replace(/:\d+/, ':1');
    await notify.channels.create(channelOf('slack', { webhookUrl: refusedPort }, { name: 'refused' }));
    await send(state, notify, [firing('alr_1')]);
    await until(
      async () => Object.values(await states(state)).filter((each) => each === 'failed').length === 2,
    );
    await until(
      async () => (await notify.deliveries.list({ state: 'pending' }, { limit: 5 }))[0]?.attempts !== 0,
    );
    const rows = await notify.deliveries.list({}, { limit: 50 });
    const all = JSON.stringify([
      rows,
      await Promise.all(rows.map(({ id }) => notify.deliveries.get(id))),
      await notify.channels.list(),
      published,
      lines,
      await state.read.withTables<NotifyTables>().selectFrom('channel').selectAll().execute(),
      await state.read.withTables<NotifyTables>().selectFrom('notification').selectAll().execute(),
    ]);
    expect(all).toContain('[redacted]');
    expect(lines.length).toBeGreaterThan(0);
    for (const secret of ['cccccccccccccccc', 'T0AAAAAAA', 'AAsecret']) expect(all).not.toContain(secret);
    await finish();
  });

  test('"Send test" makes one attempt, tells its outcome and is on record when the channel is saved', async () => {
    const { notify, printed } = await start();
    const good = await receive();
    const bad = await receive((response) => response.writeHead(500).end('oops'));
    const saved = await notify.channels.create(
      channelOf('webhook', { url: good.url, secret: 'a-secret-of-some-length' }),
    );
    expect(await notify.channels.test(saved.id)).toMatchObject({
      delivered: true,
      answer: '200 ok',
      error: null,
    });
    expect(JSON.parse(good.received[0]?.body ?? '')).toMatchObject({ event: 'test' });
    const [row] = await notify.deliveries.list({ channelId: saved.id }, { limit: 5 });
    expect(row).toMatchObject({ event: 'test', state: 'delivered', attempts: 1, alertId: null });
    expect((await notify.deliveries.counts()).delivered).toBe(0);

    expect(
      await notify.channels.try({ kind: 'webhook', options: { url: bad.url }, channelId: saved.id }),
    ).toMatchObject({ delivered: false, answer: '500 oops', error: 'The receiver answered 500.' });
    expect(bad.received[0]?.headers['custos-signature']).toMatch(/^t=\d+,v1=[0-9a-f]{64}$/);
    expect(await notify.deliveries.list({}, { limit: 5 })).toHaveLength(1);

    await notify.channels.try({ kind: 'console', options: {} });
    expect(printed[0]).toContain('[TEST]');
    await finish();
  });

  test('stopping waits for what is under way and puts it on record', async () => {
    const slow = await receive((response) => void setTimeout(() => response.end('ok'), 300));
    const hung = await receive(() => undefined);
    const { state, notify } = await start();
    const one = await notify.channels.create(channelOf('webhook', { url: slow.url }, { name: 'slow' }));
    const two = await notify.channels.create(channelOf('webhook', { url: hung.url }, { name: 'hung' }));
    await send(state, notify, [firing('alr_1', { channelIds: [one.id, two.id] })]);
    await until(() => slow.received.length === 1 && hung.received.length === 1);
    await notify.stop(1000);
    expect(await states(state)).toEqual({
      'alr_1/firing-1/slow': 'delivered',
      'alr_1/firing-1/hung': 'pending',
    });
    const [row] = await notify.deliveries.list({ state: 'pending' }, { limit: 1 });
    const { history } = await notify.deliveries.get(row?.id ?? '');
    expect(history[0]).toMatchObject({ outcome: 'unknown' });
    await finish();
  });
});
