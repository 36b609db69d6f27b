import { afterAll, beforeAll, expect, test } from 'vitest';
import { startPostgres, type PostgresServer } from '../../test/stores.ts';
import { systemClock } from '../base/clock.ts';
import { silentLogger } from '../base/logger.ts';
import { createJobs } from '../jobs/service.ts';
import { openState } from '../storage/state/open.ts';
import type { State } from '../storage/state/state.ts';
import { openFixture, type Fixture } from './test/fixture.ts';

let server: PostgresServer;
beforeAll(async () => {
  server = await startPostgres();
});
afterAll(() => server.stop());

interface Node {
  readonly fixture: Fixture;
  stop(): Promise<void>;
}

async function startNode(url: string, name: string): Promise<Node> {
  const state: State = await openState({ url, clock: systemClock, log: silentLogger });
  const jobs = createJobs({ state, clock: systemClock, log: silentLogger, node: name });
  // Leases as in the product, only with a shorter life.
  const seats = {
    hold: (seat: string, options: Parameters<typeof jobs.leases.hold>[1]) =>
      jobs.leases.hold(seat, { ...options, ttlMs: 1000 }),
  };
  const fixture = await openFixture(state, { seats });
  await fixture.probes.start();
  return {
    fixture,
    async stop() {
      await fixture.probes.stop();
      await jobs.stop(1000);
      await state.close();
    },
  };
}

test('of two nodes one checks, the other shows and edits, and takes over when the first goes', async () => {
  const url = await server.createDatabase();
  const first = await startNode(url, 'one');
  await expect.poll(() => first.fixture.probes.health().holds, { timeout: 5000 }).toBe(true);
  const second = await startNode(url, 'two');
  try {
    expect(second.fixture.probes.health().holds).toBe(false);
    // Made on the node that does not check.
    const id = await second.fixture.probe('Shop', { intervalMs: 1000 });
    await expect.poll(() => second.fixture.statusOf(id), { timeout: 5000 }).toBe('up');
    expect(first.fixture.asked.length).toBeGreaterThan(0);
    expect(second.fixture.asked).toEqual([]);
    expect(second.fixture.rows).toEqual([]);

    first.fixture.answers.set('shop.example.com', 'fails');
    second.fixture.answers.set('shop.example.com', 'fails');
    await expect.poll(() => second.fixture.statusOf(id), { timeout: 8000 }).toBe('down');
    await second.fixture.probes.update(id, { paused: true });
    await expect.poll(() => first.fixture.statusOf(id), { timeout: 5000 }).toBe('paused');
    await first.fixture.probes.update(id, { paused: false });

    await first.stop();
    await expect.poll(() => second.fixture.probes.health().holds, { timeout: 8000 }).toBe(true);
    await expect.poll(() => second.fixture.asked.length, { timeout: 8000 }).toBeGreaterThan(0);
    await expect.poll(() => second.fixture.statusOf(id), { timeout: 8000 }).toBe('down');
    const changes = (await second.fixture.probes.changes(id, { limit: 20 })).items.map(({ to }) => to);
    expect(changes.slice(-3)).toEqual(['paused', 'down', 'up']);
  } finally {
    await second.stop();
  }
});
