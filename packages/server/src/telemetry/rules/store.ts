import { logRuleInput, type LogRuleInput, type Origin } from '@custos/contract';
import type { Selectable } from 'kysely';
import type { StateDb } from '../../storage/state/state.ts';
import type { Instance } from './types.ts';

type RuleTables = {
  metric_rule_group: {
    id: string;
    name: string;
    source: string;
    enabled: number;
    channel_ids: string;
    created_at: number;
    updated_at: number;
  };
  rule_instance: {
    rule_id: string;
    fingerprint: string;
    owner_id: string;
    labels: string;
    annotations: string;
    state: string;
    active_at: number;
    fired_at: number | null;
    kept_since: number | null;
    value: number | null;
  };
  rule_evaluation: { owner_id: string; evaluated_at: number };
  log_rule: {
    id: string;
    name: string;
    definition: string;
    origin: string;
    created_at: number;
    updated_at: number;
  };
};

const tables = (db: StateDb) => db.withTables<RuleTables>();

/** A group of the dashboard, as it is kept. */
export interface KeptGroup {
  readonly id: string;
  readonly name: string;
  readonly source: string;
  readonly enabled: boolean;
  readonly channelIds: readonly string[];
  readonly createdAt: number;
  readonly updatedAt: number;
}

const toGroup = (row: Selectable<RuleTables['metric_rule_group']>): KeptGroup => ({
  id: row.id,
  name: row.name,
  source: row.source,
  enabled: row.enabled === 1,
  channelIds: JSON.parse(row.channel_ids) as string[],
  createdAt: row.created_at,
  updatedAt: row.updated_at,
});

export const groupsStore = {
  async all(db: StateDb): Promise<KeptGroup[]> {
    const rows = await tables(db).selectFrom('metric_rule_group').selectAll().orderBy('name').execute();
    return rows.map(toGroup);
  },
  async byId(db: StateDb, id: string): Promise<KeptGroup | undefined> {
    const query = tables(db).selectFrom('metric_rule_group').selectAll().where('id', '=', id);
    const row = await query.executeTakeFirst();
    return row && toGroup(row);
  },
  async put(db: StateDb, group: KeptGroup): Promise<void> {
    const row = {
      name: group.name,
      source: group.source,
      enabled: group.enabled ? 1 : 0,
      channel_ids: JSON.stringify(group.channelIds),
      updated_at: group.updatedAt,
    };
    await tables(db)
      .insertInto('metric_rule_group')
      .values({ id: group.id, created_at: group.createdAt, ...row })
      .onConflict((conflict) => conflict.column('id').doUpdateSet(row))
      .execute();
  },
  async remove(db: StateDb, id: string): Promise<void> {
    await tables(db).deleteFrom('metric_rule_group').where('id', '=', id).execute();
  },
};

/** An instance with the rule and the group (or log rule) that it belongs to. */
export interface KeptInstance {
  readonly ruleId: string;
  readonly ownerId: string;
  readonly instance: Instance;
}

const toInstance = (row: Selectable<RuleTables['rule_instance']>): KeptInstance => ({
  ruleId: row.rule_id,
  ownerId: row.owner_id,
  instance: {
    fingerprint: row.fingerprint,
    labels: JSON.parse(row.labels) as Record<string, string>,
    annotations: JSON.parse(row.annotations) as Record<string, string>,
    state: row.state as Instance['state'],
    activeAt: row.active_at,
    firedAt: row.fired_at,
    keptSince: row.kept_since,
    // Not every number that a rule gives is one that a database keeps.
    value: row.value ?? Number.NaN,
  },
});

export const instancesStore = {
  async ofOwner(db: StateDb, ownerId: string): Promise<KeptInstance[]> {
    const query = tables(db).selectFrom('rule_instance').selectAll().where('owner_id', '=', ownerId);
    return (await query.execute()).map(toInstance);
  },
  /** Every instance of groups (`mrg_`) or of log rules (`lru_`). */
  async ofKind(db: StateDb, prefix: 'mrg_' | 'lru_'): Promise<KeptInstance[]> {
    const rows = await tables(db).selectFrom('rule_instance').selectAll().execute();
    return rows.filter((row) => row.owner_id.startsWith(prefix)).map(toInstance);
  },
  async put(db: StateDb, { ruleId, ownerId, instance }: KeptInstance): Promise<void> {
    const row = {
      owner_id: ownerId,
      labels: JSON.stringify(instance.labels),
      annotations: JSON.stringify(instance.annotations),
      state: instance.state,
      active_at: instance.activeAt,
      fired_at: instance.firedAt,
      kept_since: instance.keptSince,
      value: Number.isFinite(instance.value) ? instance.value : null,
    };
    await tables(db)
      .insertInto('rule_instance')
      .values({ rule_id: ruleId, fingerprint: instance.fingerprint, ...row })
      .onConflict((conflict) => conflict.columns(['rule_id', 'fingerprint']).doUpdateSet(row))
      .execute();
  },
  async remove(db: StateDb, ruleId: string, fingerprints: readonly string[]): Promise<void> {
    // A statement takes a bounded number of values.
    for (let at = 0; at < fingerprints.length; at += 200) {
      await tables(db)
        .deleteFrom('rule_instance')
        .where('rule_id', '=', ruleId)
        .where('fingerprint', 'in', fingerprints.slice(at, at + 200))
        .execute();
    }
  },
  /** When somebody last evaluated a group or log rule that had something to remember. */
  async evaluatedAt(db: StateDb, ownerId: string): Promise<number | undefined> {
    const query = tables(db).selectFrom('rule_evaluation').selectAll().where('owner_id', '=', ownerId);
    return (await query.executeTakeFirst())?.evaluated_at;
  },
  async evaluated(db: StateDb, ownerId: string, at: number): Promise<void> {
    await tables(db)
      .insertInto('rule_evaluation')
      .values({ owner_id: ownerId, evaluated_at: at })
      .onConflict((conflict) => conflict.column('owner_id').doUpdateSet({ evaluated_at: at }))
      .execute();
  },
  async forgetEvaluation(db: StateDb, ownerId: string): Promise<void> {
    await tables(db).deleteFrom('rule_evaluation').where('owner_id', '=', ownerId).execute();
  },
};

/** A log rule as it is kept. */
export interface LogRule extends LogRuleInput {
  readonly id: string;
  readonly origin: Origin;
  readonly createdAt: number;
  readonly updatedAt: number;
}

const toLogRule = (row: Selectable<RuleTables['log_rule']>): LogRule => ({
  ...logRuleInput.parse(JSON.parse(row.definition)),
  id: row.id,
  name: row.name,
  origin: row.origin as Origin,
  createdAt: row.created_at,
  updatedAt: row.updated_at,
});

export const logRulesStore = {
  async all(db: StateDb): Promise<LogRule[]> {
    return (await tables(db).selectFrom('log_rule').selectAll().orderBy('name').execute()).map(toLogRule);
  },
  async byId(db: StateDb, id: string): Promise<LogRule | undefined> {
    const row = await tables(db).selectFrom('log_rule').selectAll().where('id', '=', id).executeTakeFirst();
    return row && toLogRule(row);
  },
  async put(db: StateDb, rule: LogRule): Promise<void> {
    const { id, origin, createdAt, updatedAt, ...definition } = rule;
    const row = { name: rule.name, definition: JSON.stringify(definition), origin, updated_at: updatedAt };
    await tables(db)
      .insertInto('log_rule')
      .values({ id, created_at: createdAt, ...row })
      .onConflict((conflict) => conflict.column('id').doUpdateSet(row))
      .execute();
  },
  async remove(db: StateDb, id: string): Promise<void> {
    await tables(db).deleteFrom('log_rule').where('id', '=', id).execute();
  },
};
