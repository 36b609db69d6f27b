import { z } from 'zod';
import { judgeHeartbeat } from '../rules/heartbeat.ts';
import { defineKind } from './kind.ts';

const dayMs = 86_400_000;
const atLeast = (ms: number, text: string) => z.number().int().min(ms, `must be at least ${text}`);

const options = z.strictObject({
  periodMs: atLeast(1000, '1 s (1000)')
    .max(366 * dayMs, 'must be at most 366 days')
    .meta({
      title: 'Expected every',
      description: 'How often the job is expected to finish.',
      unit: 'ms',
      placeholder: '86400000',
    }),
  graceMs: atLeast(0, '0')
    .max(31 * dayMs, 'must be at most 31 days')
    .default(60_000)
    .meta({ title: 'Grace', description: 'How late it may be before it counts as down.', unit: 'ms' }),
  maxRunMs: atLeast(1000, '1 s (1000)')
    .max(31 * dayMs, 'must be at most 31 days')
    .nullable()
    .default(null)
    .meta({
      title: 'Longest run',
      description: 'Down when it has started and not finished for this long.',
      unit: 'ms',
    }),
});

/** Waits for the calls of a cron job: `/ping/TOKEN/start`, `/ping/TOKEN` when done, `/ping/TOKEN/fail`. */
export const heartbeatKind = defineKind({
  kind: 'heartbeat',
  title: 'Heartbeat',
  description: 'Gives an address that a job calls, and is down when the calls stop or say that it failed.',
  options,
  async check(given, context) {
    const known = await context.heartbeat();
    if (known === undefined) {
      const message = 'The address is given once the probe is saved.';
      return { status: 'up', latencyMs: null, message, values: {} };
    }
    return judgeHeartbeat(known.ping, { ...given, ...known }, context.clock.now());
  },
});
