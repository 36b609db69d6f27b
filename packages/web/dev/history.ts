import type {
  DayRollupView,
  ProbeResultView,
  ProbeView,
  SeriesView,
  StatusChangeView,
} from '@custos/contract';
import { makeId, random } from './chance.ts';

/** Buckets with a daily rhythm, a gap and a spike. */
export function seriesOf(value: string, range: { from: number; to: number; points: number }): SeriesView {
  const stepMs = Math.max(30_000, Math.ceil((range.to - range.from) / range.points / 1000) * 1000);
  const times: number[] = [];
  const columns = { average: [], minimum: [], maximum: [], p95: [], failed: [] } as Record<
    string,
    (number | null)[]
  >;
  const base = value.endsWith('_percent')
    ? 42
    : value.endsWith('_bytes')
      ? 150_000_000
      : value === 'load_1'
        ? 1.2
        : 180;
  const total = Math.floor((range.to - range.from) / stepMs);
  for (let index = 0; index < total; index += 1) {
    times.push(range.from + index * stepMs);
    const place = index / total;
    const gap = place > 0.38 && place < 0.43;
    const spike = place > 0.7 && place < 0.74 ? 3.2 : 1;
    const failing = place > 0.972 && value === 'latency_ms';
    const middle = base * (1 + Math.sin(index / 23) * 0.22 + (random() - 0.5) * 0.16) * spike;
    const put = (name: string, amount: number): void =>
      void columns[name]?.push(gap || failing ? null : amount);
    put('average', middle);
    put('minimum', middle * 0.72);
    put('maximum', middle * 1.55);
    put('p95', middle * 1.35);
    columns['failed']?.push(gap ? null : failing ? 1 : spike > 1 ? 0.1 : 0);
  }
  return { value, stepMs, times, ...(columns as unknown as Omit<SeriesView, 'value' | 'stepMs' | 'times'>) };
}

export function daysOf(): DayRollupView[] {
  const today = Date.now();
  return Array.from({ length: 90 }, (_, index) => {
    const ago = 89 - index;
    const missing = index < 6;
    const bad = random();
    const down = missing ? 0 : bad > 0.95 ? Math.ceil(random() * 140) : bad > 0.88 ? 3 : 0;
    return {
      day: new Date(today - ago * 86_400_000).toISOString().slice(0, 10),
      checks: missing ? 0 : 2880,
      up: missing ? 0 : 2880 - down,
      degraded: 0,
      down,
      uptime: missing ? null : (2880 - down) / 2880,
      averageMs: missing ? null : 180,
      p95Ms: missing ? null : 260,
    };
  });
}

export function changesOf(probe: ProbeView): StatusChangeView[] {
  const since = probe.statusSince ?? Date.now();
  const change = (
    at: number,
    to: ProbeView['status'],
    rest: Partial<StatusChangeView>,
  ): StatusChangeView => ({
    id: makeId('chg'),
    probeId: probe.id,
    at,
    from: to === 'up' ? 'down' : 'up',
    to,
    reason: '',
    durationMs: 240_000,
    ...rest,
  });
  const older = Array.from({ length: 5 }, (_, index) => {
    const at = since - (index + 1) * 3.4 * 86_400_000;
    return [
      change(at, 'up', { durationMs: 3.3 * 86_400_000, reason: 'Answers again' }),
      change(at - 540_000, 'down', { durationMs: 540_000, reason: 'Connection refused by 10.0.3.12:443' }),
    ];
  }).flat();
  return [change(since, probe.status, { durationMs: null, reason: probe.statusReason }), ...older];
}

export function resultsOf(probe: ProbeView): ProbeResultView[] {
  return [...probe.beats].reverse().map((beat) => ({
    at: beat.at,
    status: beat.status === 'maintenance' ? 'up' : beat.status,
    latencyMs: beat.latencyMs,
    message:
      beat.status === 'down'
        ? 'Answered 503 instead of 200'
        : beat.status === 'degraded'
          ? 'Took longer than the budget'
          : '200 OK',
    values: probe.lastResult?.values ?? {},
  }));
}
