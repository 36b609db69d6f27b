import {
  ruleInput,
  type AlertEventView,
  type AlertState,
  type Origin,
  type Severity,
} from '@custos/contract';
import { sql, type Selectable } from 'kysely';
import type { State, StateDb } from '../storage/state/state.ts';
import type { Alert, Rule } from './types.ts';

type AlertingTables = {
  alert_rule: {
    id: string;
    name: string;
    definition: string;
    origin: string;
    created_at: number;
    updated_at: number;
  };
  alert: {
    id: string;
    key: string;
    rule_id: string;
    rule_name: string;
    state: string;
    severity: string;
    labels: string;
    summary: string;
    description: string;
    /** Empty for an alert that belongs to no probe. */
    probe_id: string;
    service_id: string | null;
    service_name: string | null;
    channel_ids: string;
    value: number | null;
    threshold: number | null;
    flapping: number;
    paged: number;
    started_at: number;
    fired_at: number | null;
    acknowledged_at: number | null;
    acknowledged_by: string | null;
    resolved_at: number | null;
    fire_due_at: number | null;
    resolve_due_at: number | null;
    page_due_at: number | null;
    acknowledge_hash: string | null;
  };
  alert_event: {
    id: string;
    alert_id: string;
    at: number;
    type: string;
    actor: string | null;
    note: string;
  };
};

export interface AlertFilter {
  readonly state?: 'open' | AlertState | undefined;
  readonly severity?: Severity | undefined;
  readonly serviceId?: string | undefined;
  readonly probeId?: string | undefined;
  readonly ruleId?: string | undefined;
  readonly search?: string | undefined;
}

const tables = (db: StateDb) => db.withTables<AlertingTables>();

function toRule(row: Selectable<AlertingTables['alert_rule']>): Rule {
  return {
    ...ruleInput.parse(JSON.parse(row.definition)),
    id: row.id,
    name: row.name,
    origin: row.origin as Origin,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
  };
}

function toRuleRow(rule: Rule): AlertingTables['alert_rule'] {
  const { id, origin, createdAt, updatedAt, ...definition } = rule;
  return {
    id,
    name: rule.name,
    definition: JSON.stringify(definition),
    origin,
    created_at: createdAt,
    updated_at: updatedAt,
  };
}

function toAlert(row: Selectable<AlertingTables['alert']>): Alert {
  return {
    id: row.id,
    key: row.key,
    ruleId: row.rule_id,
    ruleName: row.rule_name,
    state: row.state as AlertState,
    severity: row.severity as Severity,
    labels: JSON.parse(row.labels) as Record<string, string>,
    summary: row.summary,
    description: row.description,
    probeId: row.probe_id === '' ? null : row.probe_id,
    serviceId: row.service_id,
    serviceName: row.service_name,
    channelIds: JSON.parse(row.channel_ids) as string[],
    value: row.value,
    threshold: row.threshold,
    flapping: row.flapping === 1,
    paged: row.paged === 1,
    startedAt: row.started_at,
    firedAt: row.fired_at,
    acknowledgedAt: row.acknowledged_at,
    acknowledgedBy: row.acknowledged_by,
    resolvedAt: row.resolved_at,
    fireDueAt: row.fire_due_at,
    resolveDueAt: row.resolve_due_at,
    pageDueAt: row.page_due_at,
  };
}

/** The columns of an alert that change after it was opened. */
function toAlertChange(alert: Alert) {
  return {
    state: alert.state,
    summary: alert.summary,
    description: alert.description,
    value: alert.value,
    threshold: alert.threshold,
    flapping: alert.flapping ? 1 : 0,
    paged: alert.paged ? 1 : 0,
    fired_at: alert.firedAt,
    acknowledged_at: alert.acknowledgedAt,
    acknowledged_by: alert.acknowledgedBy,
    resolved_at: alert.resolvedAt,
    fire_due_at: alert.fireDueAt,
    resolve_due_at: alert.resolveDueAt,
    page_due_at: alert.pageDueAt,
  };
}

export const rulesStore = {
  /** Makes nodes that write sets of rules wait for one another until `tx` ends; SQLite has one writer anyway. */
  async lock(tx: StateDb, dialect: State['dialect']): Promise<void> {
    if (dialect === 'postgres') await sql`lock table alert_rule in share row exclusive mode`.execute(tx);
  },
  async all(db: StateDb): Promise<Rule[]> {
    const rows = await tables(db).selectFrom('alert_rule').selectAll().orderBy('name').execute();
    return rows.map(toRule);
  },
  async put(db: StateDb, rule: Rule): Promise<void> {
    const row = toRuleRow(rule);
    await tables(db)
      .insertInto('alert_rule')
      .values(row)
      .onConflict((conflict) =>
        conflict.column('id').doUpdateSet({
          name: row.name,
          definition: row.definition,
          updated_at: row.updated_at,
        }),
      )
      .execute();
  },
  async remove(db: StateDb, id: string): Promise<void> {
    await tables(db).deleteFrom('alert_rule').where('id', '=', id).execute();
  },
};

export const alertsStore = {
  async insert(db: StateDb, alert: Alert): Promise<void> {
    await tables(db)
      .insertInto('alert')
      .values({
        id: alert.id,
        key: alert.key,
        rule_id: alert.ruleId,
        rule_name: alert.ruleName,
        severity: alert.severity,
        labels: JSON.stringify(alert.labels),
        probe_id: alert.probeId ?? '',
        service_id: alert.serviceId,
        service_name: alert.serviceName,
        channel_ids: JSON.stringify(alert.channelIds),
        started_at: alert.startedAt,
        acknowledge_hash: null,
        ...toAlertChange(alert),
      })
      .execute();
  },

  /** Writes a step, unless another node ended the alert in the meantime. Tells whether it was written. */
  async update(db: StateDb, alert: Alert): Promise<boolean> {
    const { numUpdatedRows } = await tables(db)
      .updateTable('alert')
      .set(toAlertChange(alert))
      .where('id', '=', alert.id)
      .where('state', '!=', 'resolved')
      .executeTakeFirst();
    return numUpdatedRows > 0n;
  },

  async setAcknowledgeHash(db: StateDb, id: string, hash: string): Promise<void> {
    await tables(db).updateTable('alert').set({ acknowledge_hash: hash }).where('id', '=', id).execute();
  },

  async drop(db: StateDb, id: string): Promise<void> {
    await tables(db).deleteFrom('alert').where('id', '=', id).where('state', '=', 'pending').execute();
  },

  async openOfProbes(db: StateDb, probeIds: readonly string[]): Promise<Alert[]> {
    if (probeIds.length === 0) return [];
    const rows = await tables(db)
      .selectFrom('alert')
      .selectAll()
      .where('probe_id', 'in', probeIds)
      .where('state', '!=', 'resolved')
      .execute();
    return rows.map(toAlert);
  },

  async openOfKeys(db: StateDb, keys: readonly string[]): Promise<ReadonlyMap<string, Alert>> {
    const open = new Map<string, Alert>();
    // A statement takes a bounded number of values.
    for (let at = 0; at < keys.length; at += 200) {
      const rows = await tables(db)
        .selectFrom('alert')
        .selectAll()
        .where('key', 'in', keys.slice(at, at + 200))
        .where('state', '!=', 'resolved')
        .execute();
      for (const row of rows) open.set(row.key, toAlert(row));
    }
    return open;
  },

  /** Open alerts with a step whose time has come. */
  async due(db: StateDb, now: number): Promise<Alert[]> {
    const rows = await tables(db)
      .selectFrom('alert')
      .selectAll()
      .where('state', '!=', 'resolved')
      .where((when) =>
        when.or([
          when('fire_due_at', '<=', now),
          when('resolve_due_at', '<=', now),
          when.and([when('page_due_at', '<=', now), when('paged', '=', 0)]),
        ]),
      )
      .limit(500)
      .execute();
    return rows.map(toAlert);
  },

  async history(db: StateDb, key: string, since: number) {
    const firings = await tables(db)
      .selectFrom('alert')
      .select((count) => count.fn.countAll<number>().as('count'))
      .where('key', '=', key)
      .where('fired_at', '>', since)
      .executeTakeFirstOrThrow();
    const last = await tables(db)
      .selectFrom('alert')
      .select((row) => row.fn.max('resolved_at').as('ended'))
      .where('key', '=', key)
      .where('paged', '=', 1)
      .executeTakeFirst();
    return { recentFirings: Number(firings.count), lastEndedAt: last?.ended ?? null };
  },

  async byId(db: StateDb, id: string): Promise<Alert | undefined> {
    const row = await tables(db).selectFrom('alert').selectAll().where('id', '=', id).executeTakeFirst();
    return row && toAlert(row);
  },

  async byAcknowledgeHash(db: StateDb, hash: string): Promise<Alert | undefined> {
    const row = await tables(db)
      .selectFrom('alert')
      .selectAll()
      .where('acknowledge_hash', '=', hash)
      .executeTakeFirst();
    return row && toAlert(row);
  },

  async countFiredSince(db: StateDb, since: number): Promise<number> {
    const row = await tables(db)
      .selectFrom('alert')
      .select((count) => count.fn.countAll<number>().as('count'))
      .where('fired_at', '>=', since)
      .executeTakeFirstOrThrow();
    return Number(row.count);
  },

  async openByRule(db: StateDb): Promise<ReadonlyMap<string, number>> {
    const rows = await tables(db)
      .selectFrom('alert')
      .select((count) => ['rule_id', count.fn.countAll<number>().as('count')])
      .where('state', 'in', ['firing', 'acknowledged'])
      .groupBy('rule_id')
      .execute();
    return new Map(rows.map((row) => [row.rule_id, Number(row.count)]));
  },

  /** Newest first; `before` is the id of the last row of the page before. */
  async list(db: StateDb, filter: AlertFilter, page: { before?: string; limit: number }): Promise<Alert[]> {
    let query = tables(db).selectFrom('alert').selectAll().orderBy('id', 'desc').limit(page.limit);
    if (page.before !== undefined) query = query.where('id', '<', page.before);
    if (filter.state === 'open') query = query.where('state', 'in', ['firing', 'acknowledged']);
    else if (filter.state !== undefined) query = query.where('state', '=', filter.state);
    else query = query.where('fired_at', 'is not', null);
    if (filter.severity !== undefined) query = query.where('severity', '=', filter.severity);
    if (filter.serviceId !== undefined) query = query.where('service_id', '=', filter.serviceId);
    if (filter.probeId !== undefined) query = query.where('probe_id', '=', filter.probeId);
    if (filter.ruleId !== undefined) query = query.where('rule_id', '=', filter.ruleId);
    if (filter.search !== undefined && filter.search !== '') {
      const pattern = `%${filter.search.toLowerCase().replaceAll(/[\\%_]/g, '\\$&')}%`;
      query = query.where(({ eb, fn, val, or }) =>
        or(
          (['summary', 'rule_name', 'labels'] as const).map((column) =>
            eb(fn<string>('lower', [column]), 'like', val(pattern)),
          ),
        ),
      );
    }
    return (await query.execute()).map(toAlert);
  },

  async addEvent(db: StateDb, alertId: string, event: AlertEventView & { id: string }): Promise<void> {
    await tables(db)
      .insertInto('alert_event')
      .values({ ...event, alert_id: alertId })
      .execute();
  },

  async events(db: StateDb, alertId: string): Promise<AlertEventView[]> {
    const rows = await tables(db)
      .selectFrom('alert_event')
      .select(['at', 'type', 'actor', 'note'])
      .where('alert_id', '=', alertId)
      .orderBy('at')
      .orderBy('id')
      .execute();
    return rows.map((row) => ({ ...row, type: row.type as AlertEventView['type'] }));
  },
};
