import { z } from 'zod';
import { messageOf } from '../../base/errors.ts';
import type { CheckOutcome, SelfCheck } from '../types.ts';
import { defineKind, type CheckContext } from './kind.ts';

const options = z.strictObject({
  eventLoopDelayMs: z.number().min(1).max(60_000).nullable().default(500).meta({
    title: 'Event-loop delay, ms',
    description: 'Degraded when the 99th percentile is above this; empty for no limit.',
  }),
  memoryBytes: z.number().int().min(1).nullable().default(null).meta({
    title: 'Memory, bytes',
    description: 'Degraded when the process uses more than this; empty for no limit.',
  }),
});

async function look(check: SelfCheck, signal: AbortSignal): Promise<CheckOutcome> {
  try {
    return await check.check(signal);
  } catch (error) {
    return { status: 'down', latencyMs: null, message: messageOf(error), values: {} };
  }
}

async function lookAtAll({
  selfChecks,
  signal,
}: CheckContext): Promise<CheckOutcome & { faults: readonly string[] }> {
  const found = await Promise.all(
    selfChecks.map(async (check) => ({ check, outcome: await look(check, signal) })),
  );
  const bad = found.filter(({ outcome }) => outcome.status === 'down' || outcome.status === 'degraded');
  const down = bad.some(({ outcome }) => outcome.status === 'down');
  const values: Record<string, number> = {};
  for (const { outcome } of found) Object.assign(values, outcome.values);
  return {
    status: down ? 'down' : bad.length > 0 ? 'degraded' : 'up',
    latencyMs: null,
    message: '',
    values,
    faults: bad.map(({ check, outcome }) => `${check.title}: ${outcome.message}`),
  };
}

/**
 * Looks at Custos itself: its memory, event loop and garbage collection, and the self-checks of its parts.
 *
 * Values: `rss_bytes`, `heap_used_bytes`, `heap_total_bytes`, `event_loop_delay_ms` (p99 since the last
 * check), `gc_percent`, `process_cpu_percent` (of one core), `uptime_seconds`, `restarts`, and what the self-checks add.
 */
export const processKind = defineKind({
  kind: 'process',
  title: 'Custos itself',
  description: 'Memory, event loop and garbage collection of this process, and the checks of its parts.',
  options,
  async check(given, context) {
    const readings = context.process.read();
    const parts = await lookAtAll(context);
    const delay = readings['event_loop_delay_ms'] ?? 0;
    const memory = readings['rss_bytes'] ?? 0;
    const faults = [...parts.faults];
    if (given.eventLoopDelayMs !== null && delay > given.eventLoopDelayMs) {
      faults.push(`The event loop is late by ${Math.round(delay)} ms.`);
    }
    if (given.memoryBytes !== null && memory > given.memoryBytes) {
      faults.push(`The process uses ${Math.round(memory / 1048576)} MiB.`);
    }
    return {
      status: parts.status === 'down' ? 'down' : faults.length > 0 ? 'degraded' : 'up',
      latencyMs: null,
      message: faults.length > 0 ? faults.join(' ') : 'All parts of Custos work.',
      values: { ...readings, ...parts.values },
    };
  },
});
