import type { AfterCommit } from '../base/after-commit.ts';
import type { ProbeFacts } from '../probes/types.ts';
import type { StateTx } from '../storage/state/state.ts';
import { openAlert } from './apply.ts';
import { judge, selects } from './condition.ts';
import { alertsStore } from './store.ts';
import { annotate } from './template.ts';
import type { Alert, Rule } from './types.ts';
import { noTiming, type Walk } from './walk.ts';

export interface EngineParts {
  readonly walk: Walk;
  /** The enabled rules at this moment. */
  rules(): readonly Rule[];
  /**
   * Remembers how the evaluation of a rule went, for its page: why its texts could not be written, null
   * when they could, undefined when there was nothing to write.
   */
  evaluated(rule: Rule, error: string | null | undefined): void;
}

/** What is said of an alert when nothing but itself is known. */
const alone = (alert: Alert) => ({ key: null, alert, timing: noTiming, fresh: null, note: '' });

/**
 * Judges facts by the rules and moves alerts along their life cycle, always inside somebody's State
 * transaction. It keeps nothing in memory that a decision depends on, so any node may run it at any time
 * and a killed one loses nothing.
 */
export function createEngine({ walk, rules, evaluated }: EngineParts) {
  return {
    async observe(tx: StateTx, facts: readonly ProbeFacts[], now: number): Promise<AfterCommit> {
      const work = walk.begin(tx, now);
      const open = await alertsStore.openOfProbes(tx, [...new Set(facts.map((fact) => fact.probeId))]);
      const byKey = new Map(open.map((alert) => [alert.key, alert]));
      for (const fact of facts) {
        for (const rule of rules()) {
          if (!selects(rule.selector, fact)) continue;
          const key = `${rule.id}:${fact.probeId}`;
          const alert = byKey.get(key) ?? null;
          byKey.delete(key);
          const verdict = judge(rule.condition, fact);
          if (verdict.says === 'holds' && alert === null)
            evaluated(rule, annotate(rule, fact, verdict).error);
          else evaluated(rule, undefined);
          const fresh = () => openAlert(rule, fact, verdict);
          await walk.walk(work, { key, alert, says: verdict.says, timing: rule, fresh, note: fact.reason });
        }
      }
      // What is left belongs to a rule that is gone, switched off, or no longer looks at this probe.
      for (const alert of byKey.values()) await walk.walk(work, { ...alone(alert), says: 'clear' });
      return walk.finish(work);
    },

    /** Takes the steps whose time has come: `for` is over, clearing is over, a cool-down is over. */
    async tick(tx: StateTx, now: number): Promise<AfterCommit> {
      const work = walk.begin(tx, now);
      const byId = new Map(rules().map((rule) => [rule.id, rule]));
      for (const alert of await alertsStore.due(tx, now)) {
        const timing = byId.get(alert.ruleId) ?? noTiming;
        // A pending alert is kept only while its verdict holds, so its time alone decides.
        const says = alert.state === 'pending' ? 'holds' : 'unclear';
        await walk.walk(work, { ...alone(alert), timing, says });
      }
      return walk.finish(work);
    },

    /** Ends whatever is open for probes that no longer exist. */
    async forget(tx: StateTx, probeIds: readonly string[], now: number): Promise<AfterCommit> {
      const work = walk.begin(tx, now);
      for (const alert of await alertsStore.openOfProbes(tx, probeIds)) {
        await walk.walk(work, { ...alone(alert), says: 'clear' });
      }
      return walk.finish(work);
    },
  };
}
