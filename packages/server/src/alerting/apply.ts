import { createHash } from 'node:crypto';
import type { AlertEventView } from '@custos/contract';
import { newId, randomToken } from '../base/ids.ts';
import type { NotificationRequest } from '../notify/types.ts';
import type { ProbeFacts } from '../probes/types.ts';
import type { StateDb } from '../storage/state/state.ts';
import type { Verdict } from './condition.ts';
import type { Step } from './lifecycle.ts';
import { firingMessage, resolvedMessage } from './message.ts';
import { alertsStore } from './store.ts';
import { annotate } from './template.ts';
import type { Alert, Rule } from './types.ts';

/** Returns how an acknowledge link's token is kept: only its SHA-256. */
export const acknowledgeHash = (token: string): string => createHash('sha256').update(token).digest('hex');

/** A fresh alert of this key, pending, before its first step. */
export function openAlert(rule: Rule, facts: ProbeFacts, verdict: Verdict): Alert {
  const texts = annotate(rule, facts, verdict);
  return {
    id: newId('alr', facts.at),
    key: `${rule.id}:${facts.probeId}`,
    ruleId: rule.id,
    ruleName: rule.name,
    state: 'pending',
    severity: rule.severity === 'from-criticality' ? facts.criticality : rule.severity,
    labels: {
      probe: facts.probeName,
      kind: facts.kind,
      ...(facts.serviceName === null ? {} : { service: facts.serviceName }),
      ...facts.labels,
      ...rule.labels,
    },
    summary: texts.summary,
    description: texts.description,
    probeId: facts.probeId,
    serviceId: facts.serviceId,
    serviceName: facts.serviceName,
    channelIds: rule.channelIds.length > 0 ? rule.channelIds : facts.channelIds,
    value: verdict.value,
    threshold: verdict.threshold,
    flapping: false,
    paged: false,
    startedAt: facts.at,
    firedAt: null,
    acknowledgedAt: null,
    acknowledgedBy: null,
    resolvedAt: null,
    fireDueAt: null,
    resolveDueAt: null,
    pageDueAt: null,
  };
}

export interface Applied {
  /** The alert after the step; null when it was dropped or another node had ended it. */
  readonly alert: Alert | null;
  /** Whom to tell, if anybody. */
  readonly request: NotificationRequest | null;
}

/**
 * Writes one step of an alert and its history, and returns the notification that it asks for. Everything
 * happens in the caller's transaction, so a page and the change that causes it are kept or lost together.
 */
export async function applyStep(
  tx: StateDb,
  alert: Alert,
  change: { step: Step; now: number; note: string; known: boolean },
): Promise<Applied> {
  const { step, now, note, known } = change;
  const record = (type: AlertEventView['type'], text: string) =>
    alertsStore.addEvent(tx, alert.id, { id: newId('aev', now), at: now, type, actor: null, note: text });
  const write = async (next: Alert): Promise<Alert | null> => {
    if (!known) {
      await alertsStore.insert(tx, next);
      return next;
    }
    return (await alertsStore.update(tx, next)) ? next : null;
  };
  const nobody = (next: Alert | null): Applied => ({ alert: next, request: null });

  switch (step.do) {
    case 'open': {
      const next = await write({ ...alert, fireDueAt: step.fireDueAt });
      if (next !== null) await record('pending', note);
      return nobody(next);
    }
    case 'fire': {
      const waits = step.pageDueAt > now;
      const next = await write({
        ...alert,
        state: 'firing',
        firedAt: now,
        fireDueAt: null,
        pageDueAt: step.pageDueAt,
        flapping: step.flapping,
      });
      if (next === null) return nobody(null);
      await record('firing', note);
      if (step.flapping)
        await record('flapping', 'It fires again and again, so it stays open until it is calm.');
      if (waits) await record('suppressed', 'In cool-down: nobody is told until it is over.');
      return nobody(next);
    }
    case 'page': {
      const next = await write({ ...alert, paged: true });
      if (next === null) return nobody(null);
      const token = randomToken();
      await alertsStore.setAcknowledgeHash(tx, alert.id, acknowledgeHash(token));
      return { alert: next, request: firingMessage(next, token) };
    }
    case 'start-clearing':
      return nobody(await write({ ...alert, resolveDueAt: step.resolveDueAt }));
    case 'stop-clearing':
      return nobody(await write({ ...alert, resolveDueAt: null }));
    case 'resolve': {
      const next = await write({ ...alert, state: 'resolved', resolvedAt: now, resolveDueAt: null });
      if (next === null) return nobody(null);
      await record('resolved', note);
      return { alert: next, request: next.paged ? resolvedMessage(next, now) : null };
    }
    case 'drop':
      await alertsStore.drop(tx, alert.id);
      return nobody(null);
  }
}
