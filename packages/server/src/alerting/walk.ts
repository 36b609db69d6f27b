import { allAfterCommit, type AfterCommit } from '../base/after-commit.ts';
import type { NotificationRequest } from '../notify/types.ts';
import type { StateTx } from '../storage/state/state.ts';
import { applyStep } from './apply.ts';
import type { Verdict } from './condition.ts';
import { nextStep, type KeyHistory, type Timing } from './lifecycle.ts';
import { alertsStore } from './store.ts';
import type { Alert, FlapPolicy, Notifier } from './types.ts';

/** What was done in one transaction so far. */
export interface Work {
  readonly tx: StateTx;
  readonly now: number;
  readonly changed: Map<string, Alert>;
  readonly requests: NotificationRequest[];
}

/** One key, the alert that is open for it, and what is said of it now. */
export interface KeyNow {
  /** Null when nothing but the alert is known of it. */
  readonly key: string | null;
  readonly alert: Alert | null;
  readonly says: Verdict['says'];
  readonly timing: Timing;
  /** The alert as it would be opened now; null when none can be. */
  readonly fresh: (() => Alert) | null;
  readonly note: string;
}

export const noTiming: Timing = { forMs: 0, keepFiringForMs: 0, cooldownMs: 0 };
const noHistory: KeyHistory = { recentFirings: 0, lastEndedAt: null };

/** Moves alerts along their life cycle inside somebody's State transaction. Keeps nothing in memory. */
export function createWalk(parts: {
  readonly notifier: Notifier;
  readonly flap: FlapPolicy;
  /** Tells live viewers that an alert changed. */
  changed(alert: Alert): void;
}) {
  const { notifier, flap, changed } = parts;
  return {
    begin: (tx: StateTx, now: number): Work => ({ tx, now, changed: new Map(), requests: [] }),

    /** Takes every step of one key that is due, one after the other. */
    async walk(work: Work, { key, says, timing, fresh, note, alert: open }: KeyNow): Promise<void> {
      const { tx, now } = work;
      let alert = open;
      let known = alert !== null;
      // A key takes at most four steps at one moment: open, fire, page, and an end.
      for (let count = 0; count < 4; count += 1) {
        const fires = alert === null || (alert.state === 'pending' && alert.fireDueAt !== null);
        const keyName = alert?.key ?? key;
        const history: KeyHistory =
          fires && says === 'holds' && keyName !== null
            ? await alertsStore.history(tx, keyName, now - flap.windowMs)
            : noHistory;
        const step = nextStep(alert, says, { timing, history, now, flap });
        if (step === undefined) return;
        if (alert === null) {
          if (fresh === null) return;
          alert = fresh();
        } else if (step.do === 'fire' && known && fresh !== null) {
          const { summary, description, value } = fresh();
          alert = { ...alert, summary, description, value };
        }
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
    },

    /** Hands the requests to the outbox and returns what to do after the commit. */
    async finish(work: Work): Promise<AfterCommit> {
      const send = await notifier.enqueue(work.tx, work.requests);
      const alerts = [...work.changed.values()];
      return allAfterCommit([send, () => alerts.forEach(changed)]);
    },
  };
}

export type Walk = ReturnType<typeof createWalk>;
