import { existsSync } from 'node:fs';
import { sql } from 'kysely';
import { createAlerting } from '../src/alerting/service.ts';
import { systemClock } from '../src/base/clock.ts';
import { createLogger } from '../src/base/logger.ts';
import { createLeases } from '../src/jobs/leases/leases.ts';
import { openState } from '../src/storage/state/open.ts';
import { createPromqlEngine } from '../src/telemetry/promql/engine.ts';
import { createMemoryStorage } from '../src/telemetry/promql/memory-storage.ts';
import type { SampleStorage } from '../src/telemetry/promql/types.ts';
import { createMemoryIntake } from '../src/telemetry/rules/memory-intake.ts';
import { createTelemetryRules } from '../src/telemetry/rules/service.ts';

/**
 * A process with rules and alerting on a shared State, to be killed: `node rules-node.ts URL RULES DOWN`. The
 * series `up` of 20 shops is 0 while the file DOWN exists, else it goes up and down at paces of their own. Pages
 * are rows of the table `page`, written as the outbox is: in the transaction that causes them.
 */
const [url = '', rulesFile = '', downFile = ''] = process.argv.slice(2);
const log = createLogger('error');
const clock = systemClock;
const state = await openState({ url, clock, log });
const written = createMemoryStorage();

const storage: SampleStorage = {
  async select(request) {
    const now = clock.now();
    const found = [];
    for (let shop = 0; shop < 20; shop += 1) {
      const labels = { __name__: 'up', shop: String(shop) };
      if (
        !request.matchers.every(({ name, matches }) =>
          matches((labels as Record<string, string>)[name] ?? ''),
        )
      )
        continue;
      const phase = Math.floor(now / (700 + shop * 130)) % 3 === 0;
      const value = existsSync(downFile) ? 0 : existsSync(`${downFile}.calm`) ? 1 : phase ? 0 : 1;
      found.push({ labels, timestamps: Float64Array.of(request.toMs), values: Float64Array.of(value) });
    }
    return found;
  },
};

const alerting = createAlerting({
  state,
  clock,
  log,
  publish: () => undefined,
  flap: { firings: 1_000_000, windowMs: 1000, holdMs: 0 },
  notifier: {
    async enqueue(tx, requests) {
      for (const { alertId, step } of requests) {
        await sql`insert into page (alert_id, step) values (${alertId}, ${step})`.execute(tx);
      }
      return () => undefined;
    },
    deliveryByAlert: async () => new Map(),
  },
});
const leases = createLeases({ state, clock, log, node: 'n', holder: `${process.pid}-${clock.now()}` });
const rules = createTelemetryRules({
  state,
  clock,
  log,
  engine: createPromqlEngine({ storage, clock }),
  samples: createMemoryIntake(written),
  countLogs: async () => ({ groups: [], complete: true }),
  alerts: alerting.findings,
  seats: { hold: (name, options) => leases.hold(name, { ...options, ttlMs: 600 }) },
  ruleFiles: [rulesFile],
});
await alerting.start();
await rules.start();
process.send?.('ready');
