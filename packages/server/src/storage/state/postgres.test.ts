import { afterAll, beforeAll, expect, test } from 'vitest';
import { startPostgres, type PostgresServer } from '../../../test/stores.ts';
import { systemClock } from '../../base/clock.ts';
import { silentLogger } from '../../base/logger.ts';
import { openPostgres } from './postgres.ts';

let server: PostgresServer;
beforeAll(async () => {
  server = await startPostgres();
});
afterAll(() => server.stop());

test('a store that is closed at any moment of connecting closes', async () => {
  let closed = 0;
  for (let ms = 0; ms < 40; ms += 1) {
    const state = openPostgres({ url: server.url, clock: systemClock, log: silentLogger });
    await systemClock.sleep(ms % 20);
    await state.close();
    closed += 1;
  }
  expect(closed).toBe(40);
});
