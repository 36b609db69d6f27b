import { systemClock } from '../../base/clock.ts';
import { silentLogger } from '../../base/logger.ts';
import { openState } from '../../storage/state/open.ts';
import { openFixture } from './fixture.ts';

/** A table in which the observer writes what it was told, in the transaction that told it. */
export type SeenTables = { seen: { position: number; probe_id: string; status: string } };

/**
 * Probes that flap as fast as they can on the store that the first argument names, until this process is
 * killed. Prints a line once they do.
 */
async function flap(path: string): Promise<void> {
  const state = await openState({ url: `sqlite:${path}`, clock: systemClock, log: silentLogger });
  await state.write.schema
    .createTable('seen')
    .ifNotExists()
    .addColumn('position', 'integer', (column) => column.primaryKey())
    .addColumn('probe_id', 'text', (column) => column.notNull())
    .addColumn('status', 'text', (column) => column.notNull())
    .execute();
  const fixture = await openFixture(state, {
    observer: {
      async observe(tx, facts) {
        for (const { probeId, status } of facts) {
          await tx
            .withTables<SeenTables>()
            .insertInto('seen')
            .values({ probe_id: probeId, status } as never)
            .execute();
        }
        return () => undefined;
      },
      forget: async () => () => undefined,
    },
  });
  await fixture.probes.start();
  const { items } = await fixture.probes.probes({ kind: 'http', limit: 100 });
  const ids = items.map(({ id }) => id);
  for (let index = ids.length; index < 10; index += 1) {
    ids.push(await fixture.probe(`Probe ${index}`, { failureCount: 1, failureWindow: 1 }));
  }
  process.stdout.write('ready\n');
  for (;;) {
    for (let index = 0; index < 10; index += 1) {
      fixture.answers.set(`probe-${index}.example.com`, Math.random() < 0.5 ? 'ok' : 'fails');
    }
    await Promise.all(ids.map((id) => fixture.probes.checkNow(id)));
  }
}

const [path] = process.argv.slice(2);
if (path !== undefined) await flap(path);
