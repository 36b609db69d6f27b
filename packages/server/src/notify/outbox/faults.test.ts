import { expect, test } from 'vitest';
import { describeOnBothStores } from '../../../test/stores.ts';
import type { State, StateTx } from '../../storage/state/state.ts';
import type { NotifyTables } from '../tables.ts';
import { channelOf, createWorld, firing, resolved, send, startReceiver, until } from '../test/world.ts';

/** A store whose transactions fail when told to: before they begin, or after they are durable. */
function faulty(state: State, fails: () => 'before' | 'after' | undefined): State {
  return {
    ...state,
    async transaction<T>(work: (tx: StateTx) => Promise<T>) {
      const when = fails();
      if (when === 'before') throw new Error('the store is away');
      const result = await state.transaction(work);
      if (when === 'after') throw new Error('the answer of the commit was lost');
      return result;
    },
  };
}

describeOnBothStores('faults of the outbox', (open) => {
  test('a store that comes and goes loses no notification and changes no key', async () => {
    const state = await open();
    const receiver = await startReceiver();
    let turn = 0;
    let failing = false;
    const wrapped = faulty(state, () => {
      turn += 1;
      if (!failing) return undefined;
      return ([undefined, 'before', 'after'] as const)[turn % 3];
    });
    const { notify } = await createWorld(wrapped, {
      limits: { leaseMs: 300, attemptTimeoutMs: 200, pollMs: 30 },
    });
    await notify.start();
    await notify.channels.create(channelOf('webhook', { url: receiver.url }));
    failing = true;
    const alerts = Array.from({ length: 20 }, (_, index) => `alr_${index}`);
    const requests = alerts.flatMap((id) => [firing(id), resolved(id)]);
    const afterCommit = await state.transaction((tx) => notify.enqueue(tx, requests));
    afterCommit();
    await until(async () => (await notify.deliveries.counts()).delivered === 80, 20_000);
    failing = false;
    const keysOf = new Map<string, Set<string>>();
    for (const { headers, body } of receiver.received) {
      const { alert, step } = JSON.parse(body) as { alert: { id: string }; step: string };
      const name = `${alert.id}/${step}`;
      keysOf.set(name, (keysOf.get(name) ?? new Set()).add(String(headers['idempotency-key'])));
    }
    expect(keysOf.size).toBe(40);
    expect([...keysOf.values()].every((keys) => keys.size === 1)).toBe(true);
    await notify.stop(1000);
    await receiver.close();
  });

  test('what a sender had claimed when it died is marked unknown and sent by the next under the same key', async () => {
    const state = await open();
    const receiver = await startReceiver();
    // The dying sender reaches the receiver and never gets to write what came of it.
    let dead = false;
    const dying = await createWorld(
      faulty(state, () => (dead ? 'before' : undefined)),
      { node: 'dying', limits: { leaseMs: 800, attemptTimeoutMs: 400 } },
    );
    await dying.notify.channels.create(channelOf('webhook', { url: receiver.url }));
    const slow = await startReceiver((response) => {
      dead = true;
      response.end('ok');
    });
    await dying.notify.channels.create(channelOf('webhook', { url: slow.url }, { name: 'slow' }));
    await dying.notify.start();
    await send(state, dying.notify, [firing('alr_1')]);
    await until(() => slow.received.length === 1);
    await dying.notify.stop(10);

    const { notify } = await createWorld(state, {
      node: 'next',
      limits: { leaseMs: 800, attemptTimeoutMs: 400 },
    });
    await notify.start();
    await until(async () => (await notify.deliveryByAlert(['alr_1'])).get('alr_1') === 'delivered');
    const rows = await notify.deliveries.list({ alertId: 'alr_1' }, { limit: 10 });
    const row = rows.find(({ channelName }) => channelName === 'slow');
    const { history } = await notify.deliveries.get(row?.id ?? '');
    expect(history.map(({ outcome }) => outcome)).toEqual(['unknown', 'delivered']);
    expect(history[0]?.error).toContain('before the answer was on record');
    expect(slow.received).toHaveLength(2);
    expect(new Set(slow.received.map(({ headers }) => headers['idempotency-key'])).size).toBe(1);
    await notify.stop(1000);
    await receiver.close();
    await slow.close();
  });

  test('two senders on one store share the work and never send one notification at once', async () => {
    const state = await open();
    const running = new Map<string, number>();
    let overlaps = 0;
    const receiver = await startReceiver((response, { headers }) => {
      const key = String(headers['idempotency-key']);
      const now = (running.get(key) ?? 0) + 1;
      running.set(key, now);
      if (now > 1) overlaps += 1;
      setTimeout(() => {
        running.set(key, (running.get(key) ?? 1) - 1);
        response.end('ok');
      }, 25);
    });
    // One node alone would need about a second, so the other finds work however late it begins.
    const nodes = await Promise.all(
      ['node-1', 'node-2'].map((node) => createWorld(state, { node, limits: { concurrency: 8 } })),
    );
    const [first] = nodes;
    await first?.notify.channels.create(channelOf('webhook', { url: receiver.url }));
    for (const { notify } of nodes) await notify.start();
    const alerts = Array.from({ length: 300 }, (_, index) => `alr_${index}`);
    await Promise.all(
      nodes.map(({ notify }) =>
        send(
          state,
          notify,
          alerts.map((id) => firing(id)),
        ),
      ),
    );
    await until(async () => (await first?.notify.deliveries.counts())?.delivered === 600, 20_000);
    expect(overlaps).toBe(0);
    expect(receiver.received).toHaveLength(300);
    // On SQLite there is one process and its turns are synchronous, so one node may do it all.
    const senders = await state.read
      .withTables<NotifyTables>()
      .selectFrom('notification_attempt')
      .select('node')
      .distinct()
      .execute();
    expect(senders.length).toBeGreaterThanOrEqual(state.dialect === 'postgres' ? 2 : 1);
    for (const { notify } of nodes) await notify.stop(1000);
    await receiver.close();
  });

  test('a holder whose claim was taken over writes nothing when it wakes', async () => {
    const state = await open();
    let release: () => void = () => undefined;
    const receiver = await startReceiver((response, _received, count) => {
      if (count === 1) release = () => response.writeHead(410).end();
      else response.end('ok');
    });
    const { notify: sleepy } = await createWorld(state, {
      node: 'sleepy',
      limits: { leaseMs: 400, attemptTimeoutMs: 300, pollMs: 20 },
    });
    await sleepy.channels.create(channelOf('webhook', { url: receiver.url }));
    await sleepy.start();
    await send(state, sleepy, [firing('alr_1')]);
    await until(() => receiver.received.length === 1);
    // Another node takes the notification, as it does when the lease has run out.
    await state.write
      .withTables<NotifyTables>()
      .updateTable('notification')
      .set({ fence: 9, attempts: 2, lease_owner: 'other', lease_until: Date.now() + 60_000 })
      .where('channel_kind', '=', 'webhook')
      .execute();
    release();
    await new Promise((resolve) => setTimeout(resolve, 300));
    const row = await state.read
      .withTables<NotifyTables>()
      .selectFrom('notification')
      .selectAll()
      .where('channel_kind', '=', 'webhook')
      .executeTakeFirstOrThrow();
    expect(row).toMatchObject({ state: 'pending', fence: 9, lease_owner: 'other', last_error: null });
    await sleepy.stop(1000);
    await receiver.close();
  });
});
