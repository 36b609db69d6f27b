import { sql } from 'kysely';
import { z } from 'zod';
import { systemClock } from '../../base/clock.ts';
import { createLogger } from '../../base/logger.ts';
import { openState } from '../../storage/state/open.ts';
import { createJobs } from '../service.ts';

/**
 * One node of the two-process test, started as `node worker-node.ts URL NAME LEASE_MS`: it works the
 * queue and a schedule, and writes what it did into tables without any key of their own, so that only the
 * fencing tokens stand between a doubled effect and the record.
 */
const [url = '', name = '', leaseMs = ''] = process.argv.slice(2);
const log = createLogger('error');
const state = await openState({ url, clock: systemClock, log });
const jobs = createJobs({
  state,
  clock: systemClock,
  log,
  node: name,
  leaseMs: Number(leaseMs),
  pollMs: 50,
  graceMs: 100,
});

jobs.define({
  kind: 'effect',
  schema: z.object({ n: z.number() }),
  concurrency: 4,
  timeoutMs: 60_000,
  retry: { baseMs: 10, maxMs: 50, maxAttempts: 1000 },
  async run({ n }, context) {
    await context.fenced(async (tx) => {
      await sql`insert into step (n, fence) values (${n}, ${context.fence})`.execute(tx);
    });
    await systemClock.sleep(Math.random() * 40);
    await context.finish(async (tx) => {
      await sql`insert into effect (n, fence) values (${n}, ${context.fence})`.execute(tx);
      await systemClock.sleep(Math.random() * 5);
    });
  },
});
jobs.schedule({
  name: 'beat',
  everyMs: 200,
  overlap: 'queue',
  toleranceMs: 60_000,
  retry: { maxAttempts: 1000, baseMs: 10, maxMs: 50 },
  async run(context) {
    await context.finish(async (tx) => {
      await sql`insert into beat (due_at) values (${context.dueAt ?? 0})`.execute(tx);
    });
  },
});
jobs.leases.hold('sole', {
  ttlMs: Number(leaseMs),
  async onGained(lease) {
    void (async () => {
      while (!lease.signal.aborted) {
        await state
          .transaction(async (tx) => {
            await lease.fenced(tx);
            await sql`insert into sole (fence) values (${lease.fence})`.execute(tx);
          })
          .catch(() => undefined);
        await systemClock.sleep(20, lease.signal);
      }
    })();
  },
  onLost: () => undefined,
});
await jobs.start();
process.stdout.write('ready\n');
