import type { AfterCommit } from '../../base/after-commit.ts';
import type { State, StateTx } from '../../storage/state/state.ts';
import type { AlertSink, RuleFinding } from '../types.ts';
import type { Advance } from './alerting-rule.ts';
import { endOf, findingOf } from './findings.ts';
import { instancesStore } from './store.ts';
import type { Instance, SeatHold } from './types.ts';

/** Alerting is told again of what fires this often, so that one that was ended by hand opens anew. */
const repeatMs = 60_000;
/** While something is pending or kept, State learns this often that somebody looks. */
const heartbeatMs = 30_000;
/** Looking away for longer than this and two intervals does not count to `for` and `keep_firing_for`. */
const graceMs = 60_000;

export interface RememberParts {
  readonly state: State;
  readonly alerts: AlertSink;
}

/** One rule whose instances were moved. */
export interface Moved {
  readonly ruleId: string;
  readonly ruleName: string;
  readonly channelIds: readonly string[];
  readonly advance: Advance;
}

/**
 * Keeps the instances of one group or log rule: in memory, and in State in the same transaction as the alerts
 * that they cause. Memory follows State, so whatever fails is tried again by the next evaluation.
 */
export interface Memory {
  instancesOf(ruleId: string): readonly Instance[];
  all(): ReadonlyMap<string, readonly Instance[]>;
  /** Throws when it could not be written; then nothing has moved. */
  move(moved: readonly Moved[], at: { readonly atMs: number; readonly hold: SeatHold }): Promise<void>;
}

/**
 * Loads what State remembers. What belongs to rules that are gone ends; time in which nobody looked for long
 * does not count.
 */
export async function loadMemory(
  { state, alerts }: RememberParts,
  owner: { readonly id: string; readonly intervalMs: number; readonly ruleIds: ReadonlySet<string> },
  at: { readonly nowMs: number; readonly hold: SeatHold },
): Promise<Memory> {
  const { nowMs, hold } = at;
  const memory = new Map<string, readonly Instance[]>();
  let repeatedAt = Number.NEGATIVE_INFINITY;
  let beatAt = Number.NEGATIVE_INFINITY;

  async function transact(work: (tx: StateTx) => Promise<AfterCommit>): Promise<void> {
    const after = await state.transaction(work);
    after();
  }

  const kept = await instancesStore.ofOwner(state.read, owner.id);
  const gone = kept.filter(({ ruleId }) => !owner.ruleIds.has(ruleId));
  const stayed = kept.filter(({ ruleId }) => owner.ruleIds.has(ruleId));
  const evaluatedAt = (await instancesStore.evaluatedAt(state.read, owner.id)) ?? nowMs;
  const away = nowMs - evaluatedAt;
  const shift = away > graceMs + 2 * owner.intervalMs ? away : 0;
  const later = (instance: Instance): Instance => ({
    ...instance,
    activeAt: instance.state === 'pending' ? instance.activeAt + shift : instance.activeAt,
    keptSince: instance.keptSince === null ? null : instance.keptSince + shift,
  });
  for (const { ruleId, instance } of stayed) {
    memory.set(ruleId, [...(memory.get(ruleId) ?? []), later(instance)]);
  }
  if (gone.length > 0 || (shift > 0 && stayed.length > 0)) {
    await transact(async (tx) => {
      await hold.fenced(tx);
      for (const { ruleId, instance } of gone) {
        await instancesStore.remove(tx, ruleId, [instance.fingerprint]);
      }
      for (const { ruleId, instance } of stayed) {
        await instancesStore.put(tx, { ruleId, ownerId: owner.id, instance: later(instance) });
      }
      await instancesStore.evaluated(tx, owner.id, nowMs);
      const fired = gone.filter(({ instance }) => instance.state === 'firing');
      return alerts.report(
        tx,
        fired.map(({ ruleId, instance }) => endOf(ruleId, instance, nowMs)),
      );
    });
  }

  return {
    instancesOf: (ruleId) => memory.get(ruleId) ?? [],
    all: () => memory,
    async move(moved, { atMs, hold: holder }) {
      const repeats = atMs - repeatedAt >= repeatMs;
      const findings: RuleFinding[] = moved.flatMap(({ advance, ...rule }) => [
        ...advance.instances
          .filter((one) => one.state === 'firing' && (repeats || advance.fired.includes(one)))
          .map((one) => findingOf(rule, one, { state: 'firing', at: atMs })),
        ...advance.ended.map((one) => findingOf(rule, one, { state: 'ended', at: atMs })),
      ]);
      const waits = moved.some(({ advance }) =>
        advance.instances.some((one) => one.state === 'pending' || one.keptSince !== null),
      );
      const beats = waits && atMs - beatAt >= heartbeatMs;
      const writes = moved.some(({ advance }) => advance.changed.length + advance.removed.length > 0);
      if (writes || beats || findings.length > 0) {
        await transact(async (tx) => {
          await holder.fenced(tx);
          for (const { ruleId, advance } of moved) {
            for (const instance of advance.changed) {
              await instancesStore.put(tx, { ruleId, ownerId: owner.id, instance });
            }
            if (advance.removed.length > 0) await instancesStore.remove(tx, ruleId, advance.removed);
          }
          await instancesStore.evaluated(tx, owner.id, atMs);
          return alerts.report(tx, findings);
        });
        beatAt = atMs;
        if (repeats) repeatedAt = atMs;
      }
      for (const { ruleId, advance } of moved) {
        if (advance.instances.length === 0) memory.delete(ruleId);
        else memory.set(ruleId, advance.instances);
      }
    },
  };
}

/** Ends what is left of owners that are gone altogether, such as groups that were deleted while nobody ran. */
export async function endOrphans(
  { state, alerts }: RememberParts,
  owners: { readonly prefix: 'mrg_' | 'lru_'; readonly ids: ReadonlySet<string> },
  at: { readonly nowMs: number; readonly hold: SeatHold },
): Promise<void> {
  const kept = await instancesStore.ofKind(state.read, owners.prefix);
  const gone = kept.filter(({ ownerId }) => !owners.ids.has(ownerId));
  if (gone.length === 0) return;
  const after = await state.transaction(async (tx) => {
    await at.hold.fenced(tx);
    for (const { ruleId, ownerId, instance } of gone) {
      await instancesStore.remove(tx, ruleId, [instance.fingerprint]);
      await instancesStore.forgetEvaluation(tx, ownerId);
    }
    const fired = gone.filter(({ instance }) => instance.state === 'firing');
    return alerts.report(
      tx,
      fired.map(({ ruleId, instance }) => endOf(ruleId, instance, at.nowMs)),
    );
  });
  after();
}
