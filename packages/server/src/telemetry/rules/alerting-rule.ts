import type { Labels } from '../../base/labels.ts';
import type { Instance } from './types.ts';

/** One result of an alerting rule's expression, with the texts that its instance has. */
export interface Hit {
  readonly fingerprint: string;
  readonly labels: Labels;
  readonly annotations: Readonly<Record<string, string>>;
  readonly value: number;
}

export interface RuleTiming {
  readonly forMs: number;
  readonly keepFiringForMs: number;
}

/** What became of the instances of a rule. */
export interface Advance {
  readonly instances: readonly Instance[];
  /** Began to fire. */
  readonly fired: readonly Instance[];
  /** Fired, and fire no longer. */
  readonly ended: readonly Instance[];
  /** Must be written to State: those that are new or changed more than their value. */
  readonly changed: readonly Instance[];
  /** Fingerprints that State need no longer hold. */
  readonly removed: readonly string[];
}

/**
 * Moves the instances of a rule to a time, given what its expression gives then, as Prometheus does
 * (rules/alerting.go): pending until `for` is over, firing at once without one, kept for `keep_firing_for`
 * after the last hit, and a pending one without a hit is forgotten.
 */
export function advance(
  before: readonly Instance[],
  hits: readonly Hit[],
  { timing, atMs }: { readonly timing: RuleTiming; readonly atMs: number },
): Advance {
  const known = new Map(before.map((instance) => [instance.fingerprint, instance]));
  const instances: Instance[] = [];
  const fired: Instance[] = [];
  const ended: Instance[] = [];
  const changed: Instance[] = [];
  const removed: string[] = [];

  for (const hit of hits) {
    const old = known.get(hit.fingerprint);
    known.delete(hit.fingerprint);
    const fresh = { state: 'pending', activeAt: atMs, firedAt: null } as const;
    let next: Instance = { ...(old ?? fresh), ...hit, keptSince: null };
    if (next.state === 'pending' && atMs - next.activeAt >= timing.forMs) {
      next = { ...next, state: 'firing', firedAt: atMs };
      fired.push(next);
    }
    instances.push(next);
    if (next.state !== old?.state || old.keptSince !== null) changed.push(next);
  }

  for (const old of known.values()) {
    const keptSince = old.keptSince ?? atMs;
    if (old.state === 'firing' && timing.keepFiringForMs > 0 && atMs - keptSince < timing.keepFiringForMs) {
      const kept = { ...old, keptSince };
      instances.push(kept);
      if (old.keptSince === null) changed.push(kept);
      continue;
    }
    removed.push(old.fingerprint);
    if (old.state === 'firing') ended.push(old);
  }
  return { instances, fired, ended, changed, removed };
}
