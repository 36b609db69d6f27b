import type { Overview, Status } from '@custos/contract';
import { count } from '../../ui/format.ts';

type Counts = Overview['figures']['probes'];

export interface Sentence {
  readonly status: Status;
  readonly text: string;
}

function are(amount: number): string {
  return amount === 1 ? 'is' : 'are';
}

/** The state of everything in one sentence, worst first. */
export function sentenceOf(overview: Overview): Sentence {
  const counts: Counts = overview.figures.probes;
  const probes = overview.services.flatMap((service) => service.probes);
  const named = (status: Status): string => {
    const affected = probes.filter((probe) => probe.status === status);
    const [only] = affected;
    const amount = Math.max(affected.length, counts[status] ?? 0);
    return amount === 1 && only !== undefined ? `${only.name} is` : `${count(amount, 'probe')} are`;
  };
  const down = counts.down ?? 0;
  const degraded = counts.degraded ?? 0;
  if (down > 0) return { status: 'down', text: `${named('down')} down` };
  if (degraded > 0) return { status: 'degraded', text: `${named('degraded')} degraded` };
  if (overview.status === 'unknown' || probes.length === 0) {
    return { status: 'unknown', text: 'Nothing has been checked yet' };
  }
  if (overview.status !== 'healthy') {
    const open = overview.openAlerts.length;
    return { status: 'degraded', text: `Everything answers, and ${count(open, 'alert')} ${are(open)} open` };
  }
  const up = counts.up ?? 0;
  return {
    status: 'up',
    text: up === 1 ? 'The one probe is up' : `All ${up.toLocaleString('en')} probes are up`,
  };
}

/** What stands beside the sentence: who has to act, and what is set aside. */
export function asideOf(overview: Overview): string[] {
  const counts = overview.figures.probes;
  const firing = overview.openAlerts.filter((alert) => alert.state === 'firing').length;
  const acknowledged = overview.openAlerts.filter((alert) => alert.state === 'acknowledged').length;
  const parts: string[] = [];
  if (firing > 0) parts.push(`${count(firing, 'alert')} ${firing === 1 ? 'waits' : 'wait'} for someone`);
  if (acknowledged > 0) parts.push(`${acknowledged} acknowledged`);
  const others: readonly (readonly [Status, string])[] = [
    ['up', 'up'],
    ['degraded', 'degraded'],
    ['blocked', 'blocked'],
    ['maintenance', 'in maintenance'],
    ['paused', 'paused'],
    ['unknown', 'unknown'],
  ];
  const total = Object.values(counts).reduce((sum, amount) => sum + amount, 0);
  for (const [status, word] of others) {
    const amount = counts[status] ?? 0;
    if (amount > 0 && amount < total) parts.push(`${amount.toLocaleString('en')} ${word}`);
  }
  return parts;
}
