import type { AlertState } from '@custos/contract';
import type { Verdict } from './condition.ts';
import type { FlapPolicy } from './types.ts';

/** The part of an open alert that its next step depends on. */
export interface AlertClock {
  readonly state: AlertState;
  readonly paged: boolean;
  readonly flapping: boolean;
  readonly fireDueAt: number | null;
  readonly resolveDueAt: number | null;
  readonly pageDueAt: number | null;
}

/** What the rule asks for. */
export interface Timing {
  readonly forMs: number;
  readonly keepFiringForMs: number;
  readonly cooldownMs: number;
}

/** What happened to this key before; needed only to open an alert. */
export interface KeyHistory {
  /** Firings of this key within the flap window. */
  readonly recentFirings: number;
  /** When the last alert of this key that was paged ended; null for never. */
  readonly lastEndedAt: number | null;
}

export type Step =
  /** Open a pending alert that fires at `fireDueAt`. */
  | { readonly do: 'open'; readonly fireDueAt: number }
  /** Start to fire; `pageDueAt` is now, or the end of the cool-down. */
  | { readonly do: 'fire'; readonly pageDueAt: number; readonly flapping: boolean }
  | { readonly do: 'page' }
  /** The verdict is clear; end at `resolveDueAt` unless it holds again. */
  | { readonly do: 'start-clearing'; readonly resolveDueAt: number }
  | { readonly do: 'stop-clearing' }
  | { readonly do: 'resolve' }
  /** A pending alert whose verdict went away: as if it had never been. */
  | { readonly do: 'drop' };

/** The start of a firing, seen against the key's past. */
function fireStep(timing: Timing, history: KeyHistory, at: { now: number; flap: FlapPolicy }): Step {
  const calmAt = history.lastEndedAt === null ? 0 : history.lastEndedAt + timing.cooldownMs;
  return {
    do: 'fire',
    pageDueAt: Math.max(at.now, calmAt),
    flapping: history.recentFirings + 1 >= at.flap.firings,
  };
}

/**
 * Returns the next step of a key, or undefined when there is none.
 *
 * The order of the questions is the order of the life cycle, and each answer is one step: the caller
 * applies it and asks again, so a step that is due by its time and one that the verdict causes cannot
 * contradict each other.
 */
export function nextStep(
  alert: AlertClock | null,
  says: Verdict['says'],
  context: { timing: Timing; history: KeyHistory; now: number; flap: FlapPolicy },
): Step | undefined {
  const { timing, history, now, flap } = context;
  if (alert === null) {
    if (says !== 'holds') return undefined;
    return timing.forMs > 0
      ? { do: 'open', fireDueAt: now + timing.forMs }
      : fireStep(timing, history, { now, flap });
  }

  if (alert.state === 'pending') {
    if (says === 'clear' || says === 'suspended') return { do: 'drop' };
    const due = alert.fireDueAt !== null && alert.fireDueAt <= now;
    return due ? fireStep(timing, history, { now, flap }) : undefined;
  }

  if (says === 'holds' && alert.resolveDueAt !== null) return { do: 'stop-clearing' };
  if (alert.resolveDueAt !== null && alert.resolveDueAt <= now) return { do: 'resolve' };
  if (says === 'clear' && alert.resolveDueAt === null) {
    const keepMs = alert.flapping ? Math.max(timing.keepFiringForMs, flap.holdMs) : timing.keepFiringForMs;
    return keepMs === 0 ? { do: 'resolve' } : { do: 'start-clearing', resolveDueAt: now + keepMs };
  }

  const pageDue = alert.pageDueAt !== null && alert.pageDueAt <= now;
  return pageDue && !alert.paged ? { do: 'page' } : undefined;
}
