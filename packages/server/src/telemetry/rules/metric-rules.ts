import type { MetricRuleGroupView, MetricRulesCheck, StreamEvent } from '@custos/contract';
import type { Clock } from '../../base/clock.ts';
import { conflict, messageOf, notFound, readOnly, invalidInput } from '../../base/errors.ts';
import { newId } from '../../base/ids.ts';
import type { Logger } from '../../base/logger.ts';
import { isUniqueViolation, type State } from '../../storage/state/state.ts';
import { faultyRules } from './errors.ts';
import { readConfiguredGroups } from './files/configured-groups.ts';
import { readRuleFile, type WrittenGroup } from './files/read-rule-file.ts';
import { groupOf } from './groups.ts';
import type { createRunner } from './runner.ts';
import { groupsStore, instancesStore, type KeptGroup } from './store.ts';
import type { Instance, RuleGroup } from './types.ts';
import { groupSilencesCritical } from './silencing.ts';
import { groupView } from './views.ts';

/** What a person gives for groups of the dashboard. */
export interface MetricRulesInput {
  readonly source: string;
  readonly channelIds: readonly string[];
  readonly enabled: boolean;
}

export interface MetricRulesParts {
  readonly state: State;
  readonly clock: Clock;
  readonly log: Logger;
  readonly runner: ReturnType<typeof createRunner>;
  readonly files: readonly string[];
  readonly publish: (event: StreamEvent) => void;
}

const topic = 'telemetry.metric-rules';

function readGroups(source: string): readonly WrittenGroup[] {
  const { groups, faults } = readRuleFile(source);
  if (faults.length > 0) throw faultyRules('source', faults);
  if (groups.length === 0) {
    throw invalidInput([{ field: 'source', message: 'must hold at least one group under `groups`' }]);
  }
  return groups;
}

/** Groups of the dashboard beside those of files: made, changed, listed. */
export function createMetricRules({ state, clock, log, runner, files, publish }: MetricRulesParts) {
  let configured: readonly RuleGroup[] = [];
  let groups: readonly RuleGroup[] = [];
  let unsubscribe: () => void = () => undefined;

  const ofDashboard = (kept: KeptGroup, written: WrittenGroup): RuleGroup =>
    groupOf(written, { id: kept.id, file: null, enabled: kept.enabled, channelIds: kept.channelIds });

  /** Groups of the dashboard as they were read last; reading them again and again would cost more than rules. */
  let known: ReadonlyMap<string, { readonly kept: KeptGroup; readonly group: RuleGroup }> = new Map();

  async function load(): Promise<void> {
    const read = new Map<string, { kept: KeptGroup; group: RuleGroup }>();
    for (const kept of await groupsStore.all(state.read)) {
      const before = known.get(kept.id);
      if (before !== undefined && JSON.stringify(before.kept) === JSON.stringify(kept)) {
        read.set(kept.id, before);
        continue;
      }
      const [written] = readRuleFile(kept.source).groups;
      if (written !== undefined) read.set(kept.id, { kept, group: ofDashboard(kept, written) });
    }
    known = read;
    groups = [...configured, ...[...read.values()].map(({ group }) => group)];
    await runner.apply(groups);
  }

  async function changed(id: string | null): Promise<void> {
    await load();
    await state.broadcast.publish(topic, '');
    publish({ type: 'changed', data: { resource: 'metric-rules', id } });
  }

  async function view(group: RuleGroup): Promise<MetricRuleGroupView> {
    const run = runner.run(group.id);
    if (run !== undefined) return groupView(group, run.health(), run.memory.all());
    const instances = new Map<string, Instance[]>();
    for (const { ruleId, instance } of await instancesStore.ofOwner(state.read, group.id)) {
      instances.set(ruleId, [...(instances.get(ruleId) ?? []), instance]);
    }
    return groupView(group, undefined, instances);
  }

  async function findKept(id: string): Promise<KeptGroup> {
    if (configured.some((group) => group.id === id)) throw readOnly('group of rules');
    const kept = await groupsStore.byId(state.read, id);
    if (kept === undefined) throw notFound('group of rules', id);
    return kept;
  }

  async function put(all: readonly KeptGroup[]): Promise<void> {
    try {
      await state.transaction(async (tx) => {
        for (const group of all) await groupsStore.put(tx, group);
      });
    } catch (error) {
      if (!isUniqueViolation(error)) throw error;
      throw conflict('There is a group of this name already.', [
        { field: 'source', message: 'names a group whose name is taken; choose another name' },
      ]);
    }
  }

  async function viewsOf(ids: readonly string[]): Promise<MetricRuleGroupView[]> {
    return Promise.all(groups.filter(({ id }) => ids.includes(id)).map(view));
  }

  return {
    /** Reads the files and the groups of the dashboard. Raises `invalid_input` for a faulty file. */
    async start(): Promise<void> {
      configured = readConfiguredGroups(files);
      await load();
      unsubscribe = state.broadcast.subscribe(topic, () => {
        load().catch((error: unknown) =>
          log.error({ error: messageOf(error) }, 'groups of rules could not be loaded'),
        );
      });
    },
    stop(): void {
      unsubscribe();
    },
    /** Looks again, in case word of a change was lost. */
    refresh: load,

    async list(): Promise<MetricRuleGroupView[]> {
      return Promise.all(groups.map(view));
    },

    /** Makes every group of a rule file. */
    async create(input: MetricRulesInput): Promise<MetricRuleGroupView[]> {
      const now = clock.now();
      const all = readGroups(input.source).map(({ name, source }): KeptGroup => ({
        id: newId('mrg', now),
        name,
        source,
        enabled: input.enabled,
        channelIds: input.channelIds,
        createdAt: now,
        updatedAt: now,
      }));
      await put(all);
      await changed(all[0]?.id ?? null);
      return viewsOf(all.map(({ id }) => id));
    },

    /** Replaces one group; the source holds exactly one. */
    async update(id: string, input: MetricRulesInput): Promise<MetricRuleGroupView> {
      const kept = await findKept(id);
      const [written, ...more] = readGroups(input.source);
      if (written === undefined || more.length > 0) {
        throw invalidInput([{ field: 'source', message: 'must hold exactly one group' }]);
      }
      const { name, source } = written;
      const { enabled, channelIds } = input;
      await put([{ ...kept, name, source, enabled, channelIds, updatedAt: clock.now() }]);
      await changed(id);
      const [made] = await viewsOf([id]);
      if (made === undefined) throw notFound('group of rules', id);
      return made;
    },

    /** True when a change (null: removal) takes critical alerts away, and could be made here. */
    async silencesCritical(id: string, input: MetricRulesInput | null): Promise<boolean> {
      if (configured.some((group) => group.id === id)) return false;
      const { enabled, source } = await findKept(id);
      const [rules = []] = readRuleFile(source).groups.map((group) => group.rules);
      if (input === null) return groupSilencesCritical({ enabled, rules }, null);
      const [next = [], ...more] = readGroups(input.source).map((group) => group.rules);
      // What is no change of one group will be refused.
      return more.length === 0 && groupSilencesCritical({ enabled, rules }, { ...input, rules: next });
    },

    async remove(id: string): Promise<void> {
      await findKept(id);
      await groupsStore.remove(state.write, id);
      await changed(id);
    },

    /** Says what is wrong with a rule file, and changes nothing. */
    check(source: string): MetricRulesCheck {
      const file = readRuleFile(source);
      const rules = file.groups.reduce((sum, group) => sum + group.rules.length, 0);
      return { groups: file.groups.length, rules, faults: [...file.faults] };
    },
  };
}

export type MetricRules = ReturnType<typeof createMetricRules>;
