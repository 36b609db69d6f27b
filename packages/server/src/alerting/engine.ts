import { allAfterCommit, type AfterCommit } from '../base/after-commit.ts';
import type { NotificationRequest } from '../notify/types.ts';
import type { ProbeFacts } from '../probes/types.ts';
import type { StateTx } from '../storage/state/state.ts';
import { applyStep, openAlert } from './apply.ts';
import { judge, selects, type Verdict } from './condition.ts';
import { nextStep, type KeyHistory } from './lifecycle.ts';
import { alertsStore } from './store.ts';
import { annotate } from './template.ts';
import type { Alert, FlapPolicy, Notifier, Rule } from './types.ts';

export interface EngineParts {
  readonly notifier: Notifier;
  readonly flap: FlapPolicy;
  /** The enabled rules at this moment. */
  rules(): readonly Rule[];
  /**
   * Remembers how the evaluation of a rule went, for its page: why its texts could not be written, null
   * when they could, undefined when there was nothing to write.
   */
  evaluated(rule: Rule, error: string | null | undefined): void;
  /** Tells live viewers that an alert changed. */
  changed(alert: Alert): void;
}

interface Work {
  readonly tx: StateTx;
  readonly now: number;
  readonly changed: Map<string, Alert>;
  readonly requests: NotificationRequest[];
}

const noTiming = { forMs: 0, keepFiringForMs: 0, cooldownMs: 0 };
const noHistory: KeyHistory = { recentFirings: 0, lastEndedAt: null };

/**
 * Judges facts by the rules and moves alerts along their life cycle, always inside somebody's State
 * transaction. It keeps nothing in memory that a decision depends on, so any node may run it at any time
 * and a killed one loses nothing.
 */
export function createEngine({ notifier, flap, rules, evaluated, changed }: EngineParts) {
  /** Takes every step of one key that is due, one after the other. */
  async function walk(
    work: Work,
    key: { rule: Rule | null; facts: ProbeFacts | null; alert: Alert | null; verdict: Verdict },
  ): Promise<void> {
    const { tx, now } = work;
    const { rule, facts, verdict } = key;
    const timing = rule ?? noTiming;
    let alert = key.alert;
    let known = alert !== null;
    // A key takes at most four steps at one moment: open, fire, page, and an end.
    for (let count = 0; count < 4; count += 1) {
      const fires = alert === null || (alert.state === 'pending' && alert.fireDueAt !== null);
      const keyName: string | null = alert?.key ?? (rule && facts ? `${rule.id}:${facts.probeId}` : null);
      const history: KeyHistory =
        fires && verdict.says === 'holds' && keyName !== null
          ? await alertsStore.history(tx, keyName, now - flap.windowMs)
          : noHistory;
      const step = nextStep(alert, verdict.says, { timing, history, now, flap });
      if (step === undefined) return;
      if (alert === null) {
        if (rule === null || facts === null) return;
        alert = openAlert(rule, facts, verdict);
      }
      if (step.do === 'fire' && known && rule !== null && facts !== null) {
        const { summary, description, value } = openAlert(rule, facts, verdict);
        alert = { ...alert, summary, description, value };
      }
      const note = facts?.reason ?? '';
      const applied = await applyStep(tx, alert, { step, now, note, known });
      known = true;
      if (applied.request !== null) work.requests.push(applied.request);
      if (applied.alert === null) {
        work.changed.delete(alert.id);
        return;
      }
      alert = applied.alert;
      work.changed.set(alert.id, alert);
      if (alert.state === 'resolved') return;
    }
  }

  /** Hands the requests to the outbox and returns what to do after the commit. */
  async function finish(work: Work): Promise<AfterCommit> {
    const send = await notifier.enqueue(work.tx, work.requests);
    const alerts = [...work.changed.values()];
    return allAfterCommit([send, () => alerts.forEach(changed)]);
  }

  const begin = (tx: StateTx, now: number): Work => ({ tx, now, changed: new Map(), requests: [] });

  return {
    async observe(tx: StateTx, facts: readonly ProbeFacts[], now: number): Promise<AfterCommit> {
      const work = begin(tx, now);
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
          await walk(work, { rule, facts: fact, alert, verdict });
        }
      }
      // What is left belongs to a rule that is gone, switched off, or no longer looks at this probe.
      for (const alert of byKey.values()) {
        const verdict: Verdict = { says: 'clear', value: null, threshold: null };
        await walk(work, { rule: null, facts: null, alert, verdict });
      }
      return finish(work);
    },

    /** Takes the steps whose time has come: `for` is over, clearing is over, a cool-down is over. */
    async tick(tx: StateTx, now: number): Promise<AfterCommit> {
      const work = begin(tx, now);
      const byId = new Map(rules().map((rule) => [rule.id, rule]));
      for (const alert of await alertsStore.due(tx, now)) {
        const rule = byId.get(alert.ruleId) ?? null;
        // A pending alert is kept only while its verdict holds, so its time alone decides.
        const says = alert.state === 'pending' ? 'holds' : 'unclear';
        await walk(work, {
          rule,
          facts: null,
          alert,
          verdict: { says, value: alert.value, threshold: alert.threshold },
        });
      }
      return finish(work);
    },

    /** Ends whatever is open for probes that no longer exist. */
    async forget(tx: StateTx, probeIds: readonly string[], now: number): Promise<AfterCommit> {
      const work = begin(tx, now);
      for (const alert of await alertsStore.openOfProbes(tx, probeIds)) {
        const verdict: Verdict = { says: 'clear', value: null, threshold: null };
        await walk(work, { rule: null, facts: null, alert, verdict });
      }
      return finish(work);
    },
  };
}
