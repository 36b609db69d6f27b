import { sql } from 'kysely';
import { expect, test } from 'vitest';
import { describeOnBothStores } from '../../../test/stores.ts';
import { createManualClock, systemClock, type Clock } from '../../base/clock.ts';
import { silentLogger } from '../../base/logger.ts';
import type { State } from '../../storage/state/state.ts';
import type { Lease } from '../types.ts';
import { createLeases } from './leases.ts';

type NoteTables = { note: { text: string } };

async function until(check: () => boolean): Promise<void> {
  for (let turn = 0; turn < 4000; turn += 1) {
    if (check()) return;
    await systemClock.sleep(5);
  }
  throw new Error('it did not come true');
}

describeOnBothStores('named leases', (open) => {
  function node(state: State, name: string, clock: Clock = systemClock) {
    const leases = createLeases({ state, clock, log: silentLogger, node: name, holder: `${name}/1` });
    const gained: Lease[] = [];
    let lost = 0;
    const hold = (ttlMs = 300) =>
      leases.hold('probes', {
        ttlMs,
        onGained: (lease) => void gained.push(lease),
        onLost: () => void (lost += 1),
      });
    return { leases, gained, lost: () => lost, hold };
  }

  const writeNote = (state: State, lease: Lease | undefined, text: string): Promise<unknown> =>
    state.transaction(async (tx) => {
      await tx.withTables<NoteTables>().insertInto('note').values({ text }).execute();
      await lease?.fenced(tx);
    });

  test('one of two nodes holds it, for as long as it lives', async () => {
    const state = await open();
    const [a, b] = [node(state, 'a'), node(state, 'b')];
    const holds = [a.hold(), b.hold()];
    await until(() => a.gained.length + b.gained.length === 1);
    await systemClock.sleep(900);
    expect(a.gained.length + b.gained.length).toBe(1);
    expect(holds.filter((held) => held.held())).toHaveLength(1);
    await Promise.all([a.leases.stop(), b.leases.stop()]);
  });

  test('a planned stop ends the work first and passes the lease on at once', async () => {
    const state = await open();
    const order: string[] = [];
    const a = node(state, 'a');
    const held = a.leases.hold('probes', {
      ttlMs: 60_000,
      onGained: () => void order.push('a gained'),
      async onLost() {
        await systemClock.sleep(50);
        order.push('a ended');
      },
    });
    await until(() => order.length === 1);
    const b = node(state, 'b');
    b.leases.hold('probes', {
      ttlMs: 60_000,
      onGained: () => void order.push('b gained'),
      onLost: () => undefined,
    });
    await systemClock.sleep(50);
    await Promise.all([held.stop(), held.stop()]);
    await until(() => order.length === 3);
    expect(order).toEqual(['a gained', 'a ended', 'b gained']);
    await b.leases.stop();
  });

  test('a holder that falls silent is followed by another, and its late writes are refused', async () => {
    const state = await open();
    await sql`create table note (text text)`.execute(state.write);
    const standing = createManualClock(Date.now());
    const a = node(state, 'a', standing);
    a.hold(1500);
    await until(() => a.gained.length === 1);
    // Its clock stands still from here: a process that is paused. The other one's goes on.
    const b = node(state, 'b');
    b.hold(1500);
    await writeNote(state, a.gained[0], 'from a, in time');
    await until(() => b.gained.length === 1);
    expect(b.gained[0]?.fence).toBeGreaterThan(a.gained[0]?.fence ?? 0);
    await expect(writeNote(state, a.gained[0], 'from a, too late')).rejects.toMatchObject({
      code: 'lease_lost',
    });
    await writeNote(state, b.gained[0], 'from b');
    const notes = await state.read.withTables<NoteTables>().selectFrom('note').selectAll().execute();
    expect(notes).toEqual([{ text: 'from a, in time' }, { text: 'from b' }]);

    await standing.advance(1500);
    // At least once: on a store that asks this node for the time, its slow clock may win the lease again.
    await until(() => a.lost() >= 1);
    expect(a.gained[0]?.signal.aborted).toBe(true);
    await b.leases.stop();
  });

  test('work that cannot be started gives the lease up for another try', async () => {
    const state = await open();
    const { leases } = node(state, 'a');
    let tries = 0;
    const held = leases.hold('probes', {
      ttlMs: 100,
      onGained: () => {
        tries += 1;
        if (tries < 3) throw new Error('not yet');
      },
      onLost: () => undefined,
    });
    await until(() => tries === 3);
    await until(() => held.held());
    await leases.stop();
    expect(held.held()).toBe(false);
  });

  test('a signal that aborts gives the lease up', async () => {
    const state = await open();
    const { leases } = node(state, 'a');
    const controller = new AbortController();
    let ended = false;
    const held = leases.hold('probes', {
      signal: controller.signal,
      onGained: () => undefined,
      onLost: () => void (ended = true),
    });
    await until(() => held.held());
    controller.abort();
    await until(() => ended);
    await leases.stop();
  });

  test('a time to live that is too short to keep is refused', async () => {
    const { hold } = node(await open(), 'a');
    expect(() => hold(10)).toThrow(expect.objectContaining({ code: 'invalid_input' }));
  });

  test('a holder that the store does not answer gives up before another one is let in', async () => {
    const state = await open();
    let deaf = false;
    const never = new Promise<never>(() => undefined);
    const cut: State = {
      ...state,
      get write() {
        // Asked, and never answering.
        return deaf
          ? state.write.withPlugin({
              transformQuery: ({ node: query }) => query,
              transformResult: () => never,
            })
          : state.write;
      },
      broadcast: { publish: () => (deaf ? never : Promise.resolve()), subscribe: () => () => undefined },
    };
    const order: string[] = [];
    const a = createLeases({ state: cut, clock: systemClock, log: silentLogger, node: 'a', holder: 'a/1' });
    a.hold('probes', {
      ttlMs: 400,
      onGained: () => void order.push('a gained'),
      onLost: () => void order.push('a lost'),
    });
    await until(() => order.length === 1);
    const b = createLeases({ state, clock: systemClock, log: silentLogger, node: 'b', holder: 'b/1' });
    b.hold('probes', { ttlMs: 400, onGained: () => void order.push('b gained'), onLost: () => undefined });
    deaf = true;
    await until(() => order.length === 3);
    expect(order).toEqual(['a gained', 'a lost', 'b gained']);
    await b.stop();
  });
});

describeOnBothStores('leases and a clock that jumps', (open) => {
  test('a lease written before the clock was set back does not block the next holder', async () => {
    const state = await open();
    const clock = createManualClock();
    const far = state.dialect === 'sqlite' ? clock.now() + 86_400_000 : Date.now() + 86_400_000;
    await sql`insert into lease (name, holder, node, fence, lease_until) values ('probes', 'dead/1', 'dead', 7, ${far})`.execute(
      state.write,
    );
    const leases = createLeases({ state, clock, log: silentLogger, node: 'a', holder: 'a/1' });
    let fence = 0;
    leases.hold('probes', { onGained: (lease) => void (fence = lease.fence), onLost: () => undefined });
    await until(() => fence > 0);
    expect(fence).toBe(8);
    await leases.stop();
  });
});
