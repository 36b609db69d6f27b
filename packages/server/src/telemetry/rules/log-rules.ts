import { type LogRuleInput, type LogRuleView, type StreamEvent } from '@custos/contract';
import type { Clock } from '../../base/clock.ts';
import { conflict, invalidInput, messageOf, notFound, readOnly } from '../../base/errors.ts';
import { newId } from '../../base/ids.ts';
import type { Logger } from '../../base/logger.ts';
import { isUniqueViolation, type State } from '../../storage/state/state.ts';
import { compileText } from './template/expand.ts';
import type { LogRunner } from './log-runner.ts';
import { logRuleSilencesCritical } from './silencing.ts';
import { logRulesStore, type LogRule } from './store.ts';

export interface LogRulesParts {
  readonly state: State;
  readonly clock: Clock;
  readonly log: Logger;
  readonly runner: LogRunner;
  readonly publish: (event: StreamEvent) => void;
  /** Throws `invalid_input` when a search cannot be read. */
  readonly checkQuery: (query: string) => void;
}

const topic = 'telemetry.log-rules';

/** Rules on logs: made, changed, listed. */
export function createLogRules({ state, clock, log, runner, publish, checkQuery }: LogRulesParts) {
  let unsubscribe: () => void = () => undefined;

  const load = async (): Promise<void> => runner.apply(await logRulesStore.all(state.read));

  async function changed(id: string | null): Promise<void> {
    await load();
    await state.broadcast.publish(topic, '');
    publish({ type: 'changed', data: { resource: 'log-rules', id } });
  }

  function check(input: LogRuleInput): void {
    checkQuery(input.query);
    try {
      compileText(`__log_${input.name}`, input.summary);
    } catch (error) {
      throw invalidInput([{ field: 'summary', message: `is not a valid template: ${messageOf(error)}` }]);
    }
  }

  async function put(rule: LogRule): Promise<LogRuleView> {
    check(rule);
    try {
      await logRulesStore.put(state.write, rule);
    } catch (error) {
      if (!isUniqueViolation(error)) throw error;
      throw conflict(`There is a log rule "${rule.name}" already.`, [
        { field: 'name', message: 'is taken; choose another name' },
      ]);
    }
    await changed(rule.id);
    return runner.view(rule);
  }

  async function findOwn(id: string): Promise<LogRule> {
    const rule = await logRulesStore.byId(state.read, id);
    if (rule === undefined) throw notFound('log rule', id);
    if (rule.origin === 'configuration') throw readOnly('log rule');
    return rule;
  }

  return {
    async start(): Promise<void> {
      await load();
      unsubscribe = state.broadcast.subscribe(topic, () => {
        load().catch((error: unknown) =>
          log.error({ error: messageOf(error) }, 'log rules could not be loaded'),
        );
      });
    },
    stop(): void {
      unsubscribe();
    },
    refresh: load,

    async list(): Promise<LogRuleView[]> {
      return Promise.all((await logRulesStore.all(state.read)).map((rule) => runner.view(rule)));
    },
    async create(input: LogRuleInput): Promise<LogRuleView> {
      const now = clock.now();
      const times = { createdAt: now, updatedAt: now };
      return put({ ...input, id: newId('lru', now), origin: 'dashboard', ...times });
    },
    async update(id: string, input: LogRuleInput): Promise<LogRuleView> {
      const { origin, createdAt } = await findOwn(id);
      return put({ ...input, id, origin, createdAt, updatedAt: clock.now() });
    },
    /** True when a change (null: removal) takes critical alerts away, and could be made here. */
    async silencesCritical(id: string, input: LogRuleInput | null): Promise<boolean> {
      const rule = await logRulesStore.byId(state.read, id);
      if (rule === undefined) throw notFound('log rule', id);
      return rule.origin !== 'configuration' && logRuleSilencesCritical(rule, input);
    },
    async remove(id: string): Promise<void> {
      await findOwn(id);
      await logRulesStore.remove(state.write, id);
      await changed(id);
    },
    /** Makes the log rules of the configuration file the only ones of that origin, by name. */
    async applyConfiguration(wanted: readonly LogRuleInput[]): Promise<void> {
      for (const input of wanted) check(input);
      const now = clock.now();
      await state.transaction(async (tx) => {
        const present = await logRulesStore.all(tx);
        const names = new Set(wanted.map(({ name }) => name));
        for (const rule of present) {
          if (rule.origin === 'configuration' && !names.has(rule.name))
            await logRulesStore.remove(tx, rule.id);
        }
        for (const input of wanted) {
          const same = present.find(({ name }) => name === input.name);
          // A rule of the dashboard under this name now belongs to the file.
          const id = same?.id ?? newId('lru', now);
          const times = { createdAt: same?.createdAt ?? now, updatedAt: now };
          await logRulesStore.put(tx, { ...input, id, origin: 'configuration', ...times });
        }
      });
      await changed(null);
    },
  };
}

export type LogRules = ReturnType<typeof createLogRules>;
