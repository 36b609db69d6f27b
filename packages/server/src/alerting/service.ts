import type { AlertEventView, AlertView, Page, RulePatch, RuleView } from '@custos/contract';
import { ruleInput, type RuleInput } from '@custos/contract';
import { nothingAfterCommit, type AfterCommit } from '../base/after-commit.ts';
import type { Clock } from '../base/clock.ts';
import {
  CustosError,
  conflict,
  invalidInput,
  messageOf,
  notFound,
  readOnly,
  type FieldFault,
} from '../base/errors.ts';
import { newId } from '../base/ids.ts';
import type { Logger } from '../base/logger.ts';
import type { ProbeObserver } from '../probes/types.ts';
import { isUniqueViolation, type State, type StateTx } from '../storage/state/state.ts';
import { acknowledgeHash } from './apply.ts';
import { defaultRules } from './default-rules.ts';
import { createEngine } from './engine.ts';
import { createFindingSink } from './finding-sink.ts';
import { resolvedMessage } from './message.ts';
import { silencesCritical } from './silencing.ts';
import { alertsStore, rulesStore, type AlertFilter } from './store.ts';
import { templateFault } from './template.ts';
import type { Alert, FlapPolicy, Notifier, Publish, Rule } from './types.ts';
import { createWalk } from './walk.ts';

export interface AlertingOptions {
  readonly state: State;
  readonly clock: Clock;
  readonly log: Logger;
  readonly notifier: Notifier;
  readonly publish: Publish;
  /** Default: 4 firings in 30 minutes, held until calm for 5 minutes. */
  readonly flap?: FlapPolicy;
  /** How often due steps are looked for, in ms (default 500). */
  readonly tickMs?: number;
}

const rulesTopic = 'alerting.rules';
const defaultFlap: FlapPolicy = { firings: 4, windowMs: 30 * 60_000, holdMs: 5 * 60_000 };

/** Creates the alert engine: rules, alerts, and the pages that they cause. */
export function createAlerting(options: AlertingOptions) {
  const { state, clock, log, notifier, publish, flap = defaultFlap, tickMs = 500 } = options;
  const evaluations = new Map<string, { at: number; error: string | null }>();
  const stop = new AbortController();
  let rules: readonly Rule[] = [];
  let loop: Promise<void> = Promise.resolve();
  let unsubscribe: () => void = () => undefined;

  const walk = createWalk({
    notifier,
    flap,
    changed: (alert) => {
      if (alert.firedAt !== null)
        publish({ type: 'alert', data: toView(alert, alert.paged ? 'pending' : null) });
    },
  });
  const engine = createEngine({
    walk,
    rules: () => rules,
    evaluated: (rule, error) => {
      const before = evaluations.get(rule.id);
      // An error stays visible until the rule is edited or renders well again.
      evaluations.set(rule.id, {
        at: clock.now(),
        error: error === undefined ? (before?.error ?? null) : error,
      });
    },
  });

  async function loadRules(): Promise<void> {
    rules = (await rulesStore.all(state.read)).filter((rule) => rule.enabled);
  }

  /** Other nodes learn of it too; each loads the rules anew before its next evaluation. */
  async function rulesChanged(id: string | null): Promise<void> {
    await loadRules();
    await state.broadcast.publish(rulesTopic, '');
    publish({ type: 'changed', data: { resource: 'rules', id } });
  }

  async function inTransaction(work: (tx: StateTx) => Promise<AfterCommit>): Promise<void> {
    const after = await state.transaction(work);
    after();
  }

  async function run(): Promise<void> {
    while (!stop.signal.aborted) {
      try {
        const now = clock.now();
        const due = await alertsStore.due(state.read, now);
        if (due.length > 0) await inTransaction((tx) => engine.tick(tx, now));
      } catch (error) {
        log.error({ error: messageOf(error) }, 'due alert steps could not be taken; trying again');
      }
      await clock.sleep(tickMs, stop.signal);
    }
  }

  const observer: ProbeObserver = {
    observe: (tx, facts) => engine.observe(tx, facts, clock.now()),
    forget: (tx, probeIds) => engine.forget(tx, probeIds, clock.now()),
  };

  async function findRule(id: string): Promise<Rule> {
    const rule = (await rulesStore.all(state.read)).find((candidate) => candidate.id === id);
    if (rule === undefined) throw notFound('rule', id);
    return rule;
  }

  async function putRule(rule: Rule): Promise<Rule> {
    checkTemplates(rule);
    try {
      await rulesStore.put(state.write, rule);
    } catch (error) {
      if (!isUniqueViolation(error)) throw error;
      throw conflict(`There is a rule "${rule.name}" already.`, [
        { field: 'name', message: 'is taken; choose another name' },
      ]);
    }
    evaluations.delete(rule.id);
    await rulesChanged(rule.id);
    return rule;
  }

  async function ruleView(rule: Rule, open?: ReadonlyMap<string, number>): Promise<RuleView> {
    const counts = open ?? (await alertsStore.openByRule(state.read));
    const evaluation = evaluations.get(rule.id);
    return {
      ...rule,
      condition: rule.condition,
      openAlerts: counts.get(rule.id) ?? 0,
      lastEvaluatedAt: evaluation?.at ?? null,
      lastError: evaluation?.error ?? null,
    };
  }

  async function views(alerts: readonly Alert[]): Promise<AlertView[]> {
    const deliveries = await notifier.deliveryByAlert(alerts.map((alert) => alert.id));
    return alerts.map((alert) => toView(alert, deliveries.get(alert.id) ?? null));
  }

  async function findAlert(id: string): Promise<Alert> {
    const alert = await alertsStore.byId(state.read, id);
    if (alert === undefined) throw notFound('alert', id);
    return alert;
  }

  /** Writes what a person did to an alert, with their name in its history. */
  async function act(
    alert: Alert,
    act: { next: Alert; type: AlertEventView['type']; actor: string; note: string },
  ) {
    await inTransaction(async (tx) => {
      if (!(await alertsStore.update(tx, act.next))) {
        throw new CustosError('conflict', 'This alert is over already.', { status: 409 });
      }
      const at = clock.now();
      const event = { id: newId('aev', at), at, type: act.type, actor: act.actor, note: act.note };
      await alertsStore.addEvent(tx, alert.id, event);
      if (act.type !== 'resolved' || !act.next.paged) return nothingAfterCommit;
      return notifier.enqueue(tx, [resolvedMessage(act.next, at)]);
    });
    const [view] = await views([act.next]);
    if (view === undefined) throw notFound('alert', alert.id);
    publish({ type: 'alert', data: view });
    return view;
  }

  async function acknowledge(alert: Alert, by: { actor: string; note: string }): Promise<AlertView> {
    if (alert.state === 'resolved') {
      throw new CustosError('conflict', 'This alert is over already.', { status: 409 });
    }
    const now = clock.now();
    const next: Alert = { ...alert, state: 'acknowledged', acknowledgedAt: now, acknowledgedBy: by.actor };
    return act(alert, { next, type: 'acknowledged', ...by });
  }

  return {
    observer,
    /** Where rules on metrics and logs report what they find. */
    findings: createFindingSink({ walk, clock }),

    /** Seeds the default rules on the first start, loads the rules, and starts to look for due steps. */
    async start(): Promise<void> {
      await state.transaction(async (tx) => {
        await rulesStore.lock(tx, state.dialect);
        // The file's rules are made before this part starts, and come beside the default ones.
        const present = await rulesStore.all(tx);
        if (present.some((rule) => rule.origin !== 'configuration')) return;
        const taken = new Set(present.map((rule) => rule.name));
        const now = clock.now();
        for (const rule of defaultRules().filter(({ name }) => !taken.has(name))) {
          const times = { createdAt: now, updatedAt: now };
          await rulesStore.put(tx, { ...rule, id: newId('rul', now), origin: 'built-in', ...times });
        }
      });
      await loadRules();
      unsubscribe = state.broadcast.subscribe(rulesTopic, () => {
        loadRules().catch((error: unknown) =>
          log.error({ error: messageOf(error) }, 'rules could not be loaded'),
        );
      });
      loop = run();
    },

    async stop(): Promise<void> {
      stop.abort();
      unsubscribe();
      await loop;
    },

    rules: {
      async list(): Promise<Page<RuleView>> {
        const open = await alertsStore.openByRule(state.read);
        const all = await rulesStore.all(state.read);
        return { items: await Promise.all(all.map((rule) => ruleView(rule, open))), nextCursor: null };
      },
      async create(input: RuleInput): Promise<RuleView> {
        const now = clock.now();
        const rule: Rule = {
          ...input,
          id: newId('rul', now),
          origin: 'dashboard',
          createdAt: now,
          updatedAt: now,
        };
        return ruleView(await putRule(rule));
      },
      async update(id: string, patch: RulePatch): Promise<RuleView> {
        const rule = await findRule(id);
        if (rule.origin === 'configuration') throw readOnly('rule');
        const merged = ruleInput.parse({ ...rule, ...patch });
        const { origin, createdAt } = rule;
        return ruleView(await putRule({ ...merged, id, origin, createdAt, updatedAt: clock.now() }));
      },
      /** True when a change (null: removal) takes critical alerts away, and could be made here. */
      async silencesCritical(id: string, patch: RulePatch | null): Promise<boolean> {
        const rule = await findRule(id);
        return rule.origin !== 'configuration' && silencesCritical(rule, patch);
      },
      async remove(id: string): Promise<void> {
        const rule = await findRule(id);
        if (rule.origin === 'configuration') throw readOnly('rule');
        await rulesStore.remove(state.write, id);
        await rulesChanged(id);
      },
      /** Makes the rules of the configuration file the only ones of that origin, by name. */
      async applyConfiguration(wanted: readonly RuleInput[]): Promise<void> {
        const now = clock.now();
        for (const rule of wanted) checkTemplates(rule);
        await state.transaction(async (tx) => {
          await rulesStore.lock(tx, state.dialect);
          const present = await rulesStore.all(tx);
          const names = new Set(wanted.map((rule) => rule.name));
          for (const rule of present) {
            if (rule.origin === 'configuration' && !names.has(rule.name))
              await rulesStore.remove(tx, rule.id);
          }
          for (const rule of wanted) {
            const same = present.find((candidate) => candidate.name === rule.name);
            // A rule that was made elsewhere under this name now belongs to the file.
            if (same !== undefined && same.origin !== 'configuration') await rulesStore.remove(tx, same.id);
            const times = { createdAt: same?.createdAt ?? now, updatedAt: now };
            const id = same?.id ?? newId('rul', now);
            await rulesStore.put(tx, { ...rule, id, origin: 'configuration', ...times });
          }
        });
        await rulesChanged(null);
      },
    },

    alerts: {
      async list(filter: AlertFilter, page: { before?: string; limit: number }): Promise<AlertView[]> {
        return views(await alertsStore.list(state.read, filter, page));
      },
      async get(id: string): Promise<AlertView & { history: AlertEventView[] }> {
        const alert = await findAlert(id);
        const [view] = await views([alert]);
        if (view === undefined) throw notFound('alert', id);
        return { ...view, history: await alertsStore.events(state.read, id) };
      },
      async acknowledge(id: string, by: { actor: string; note: string }): Promise<AlertView> {
        return acknowledge(await findAlert(id), by);
      },
      /** Acknowledges by the link in a message; the token proves that its reader was told. */
      async acknowledgeByToken(token: string): Promise<AlertView> {
        const alert = await alertsStore.byAcknowledgeHash(state.read, acknowledgeHash(token));
        if (alert === undefined) {
          throw new CustosError('token_invalid', 'This acknowledge link is not valid.', { status: 404 });
        }
        return acknowledge(alert, { actor: 'acknowledge link', note: '' });
      },
      /** Ends an alert by hand. If its condition still holds, the next check opens a new one. */
      async resolve(id: string, by: { actor: string; note: string }): Promise<AlertView> {
        const alert = await findAlert(id);
        if (alert.state === 'resolved') {
          throw new CustosError('conflict', 'This alert is over already.', { status: 409 });
        }
        const next: Alert = { ...alert, state: 'resolved', resolvedAt: clock.now() };
        return act(alert, { next, type: 'resolved', ...by });
      },
      countFiredSince: (since: number) => alertsStore.countFiredSince(state.read, since),
    },
  };
}

export type Alerting = ReturnType<typeof createAlerting>;

function checkTemplates(rule: RuleInput): void {
  const faults: FieldFault[] = [];
  for (const field of ['summary', 'description'] as const) {
    const text = rule.annotations[field];
    const fault = text === undefined ? undefined : templateFault(text);
    if (fault !== undefined)
      faults.push({ field: `annotations.${field}`, message: `is not a valid template: ${fault}` });
  }
  if (faults.length > 0) throw invalidInput(faults);
}

function toView(alert: Alert, delivery: AlertView['delivery']): AlertView {
  return {
    id: alert.id,
    ruleId: alert.ruleId,
    ruleName: alert.ruleName,
    state: alert.state,
    severity: alert.severity,
    labels: { ...alert.labels },
    summary: alert.summary,
    description: alert.description,
    probeId: alert.probeId,
    serviceId: alert.serviceId,
    value: alert.value,
    threshold: alert.threshold,
    flapping: alert.flapping,
    startedAt: alert.startedAt,
    firedAt: alert.firedAt,
    acknowledgedAt: alert.acknowledgedAt,
    acknowledgedBy: alert.acknowledgedBy,
    resolvedAt: alert.resolvedAt,
    delivery,
  };
}
