import type { LogRuleView } from '@custos/contract';
import type { Clock } from '../../base/clock.ts';
import { messageOf } from '../../base/errors.ts';
import type { Logger } from '../../base/logger.ts';
import { advance, type Hit } from './alerting-rule.ts';
import { endOrphans, loadMemory, type Memory, type RememberParts } from './remember.ts';
import { latestSlot, offsetOf, slotAfter } from './slots.ts';
import { instancesStore } from './store.ts';
import type { TemplateSurroundings } from './template/expand.ts';
import type { Instance, SeatHold } from './types.ts';
import { logHits } from './log-hits.ts';
import type { LogRule } from './store.ts';
import type { CountLogs } from './types.ts';

/** Each rule is counted this often. */
const intervalMs = 15_000;
/** Records of other nodes need a moment until they can be counted. */
const settleMs = 3_000;
/** A search that takes longer has failed. */
const searchTimeMs = 30_000;

export interface LogRunnerParts extends RememberParts {
  readonly count: CountLogs;
  readonly surroundings: TemplateSurroundings;
  readonly clock: Clock;
  readonly log: Logger;
}

interface Run {
  readonly rule: LogRule;
  readonly memory: Memory;
  evaluatedAt: number | null;
  error: string | null;
  /** The most matches of one group. */
  most: number | null;
  stop(): Promise<void>;
}

const hitOf = ({ fingerprint, labels, annotations, value }: Instance): Hit => ({
  fingerprint,
  labels,
  annotations,
  value,
});

function stateOf(instances: readonly Instance[]): LogRuleView['state'] {
  if (instances.some(({ state }) => state === 'firing')) return 'firing';
  return instances.length > 0 ? 'pending' : 'inactive';
}

/** Counts the matches of every enabled log rule while this node has the seat. */
export function createLogRunner(parts: LogRunnerParts) {
  const { state, count, surroundings, clock, log } = parts;
  const runs = new Map<string, Run>();
  let hold: SeatHold | undefined;
  let wanted: readonly LogRule[] = [];
  let turn: Promise<void> = Promise.resolve();

  async function countWithin(rule: LogRule, atMs: number) {
    const over = new AbortController();
    const toMs = atMs - settleMs;
    const late = clock.sleep(searchTimeMs, over.signal).then((): never => {
      throw new Error(`the search took longer than ${searchTimeMs / 1000} s`);
    });
    try {
      return await Promise.race([
        count({ query: rule.query, fromMs: toMs - rule.windowMs, toMs, by: rule.by }),
        late,
      ]);
    } finally {
      late.catch(() => undefined);
      over.abort();
    }
  }

  async function evaluate(run: Run, atMs: number, holder: SeatHold): Promise<void> {
    const { rule, memory } = run;
    try {
      const counts = await countWithin(rule, atMs);
      if (holder.signal.aborted) return;
      const found = await logHits(rule, counts, { atMs, surroundings });
      // Records may be missing: what exceeds counts, and nothing ends.
      const seen = new Set(found.map(({ fingerprint }) => fingerprint));
      const unsure = counts.complete
        ? []
        : memory.instancesOf(rule.id).filter(({ fingerprint }) => !seen.has(fingerprint));
      const hits: readonly Hit[] = [...found, ...unsure.map(hitOf)];
      const timing = { forMs: rule.forMs, keepFiringForMs: 0 };
      const moved = {
        ruleId: rule.id,
        ruleName: rule.name,
        channelIds: rule.channelIds,
        advance: advance(memory.instancesOf(rule.id), hits, { timing, atMs }),
      };
      await memory.move([moved], { atMs, hold: holder });
      run.most = counts.groups.reduce((most, group) => Math.max(most, group.count), 0);
      run.error = counts.complete ? null : 'records that were accepted could not be counted yet';
    } catch (error) {
      const text = messageOf(error);
      if (run.error !== text) log.warn({ rule: rule.name, error: text }, 'a log rule could not be evaluated');
      run.error = text;
    }
    run.evaluatedAt = atMs;
  }

  function begin(rule: LogRule, memory: Memory, holder: SeatHold): Run {
    const stop = new AbortController();
    const signal = AbortSignal.any([stop.signal, holder.signal]);
    const offsetMs = offsetOf(rule.id, intervalMs);
    async function loop(run: Run): Promise<void> {
      let slotMs = slotAfter(clock.now(), intervalMs, offsetMs);
      while (!signal.aborted) {
        const waitMs = slotMs - clock.now();
        if (waitMs > intervalMs) slotMs = slotAfter(clock.now(), intervalMs, offsetMs);
        else if (waitMs > 0) await clock.sleep(waitMs, signal);
        else {
          slotMs = latestSlot(slotMs, clock.now(), intervalMs).slotMs;
          await evaluate(run, slotMs, holder);
          slotMs += intervalMs;
        }
      }
    }
    let running: Promise<void> = Promise.resolve();
    const run: Run = {
      rule,
      memory,
      evaluatedAt: null,
      error: null,
      most: null,
      async stop() {
        stop.abort();
        await running;
      },
    };
    running = loop(run);
    return run;
  }

  async function reconcile(): Promise<void> {
    const holder = hold;
    const enabled = new Map(wanted.filter((rule) => rule.enabled).map((rule) => [rule.id, rule]));
    for (const run of runs.values()) {
      const next = enabled.get(run.rule.id);
      if (holder !== undefined && JSON.stringify(next) === JSON.stringify(run.rule)) continue;
      await run.stop();
      runs.delete(run.rule.id);
    }
    if (holder === undefined || holder.signal.aborted) return;
    const at = { nowMs: clock.now(), hold: holder };
    await endOrphans(parts, { prefix: 'lru_', ids: new Set(enabled.keys()) }, at);
    for (const rule of enabled.values()) {
      if (runs.has(rule.id)) continue;
      const owner = { id: rule.id, intervalMs, ruleIds: new Set([rule.id]) };
      runs.set(rule.id, begin(rule, await loadMemory(parts, owner, at), holder));
    }
  }

  function inTurn(change: () => void): Promise<void> {
    const next = turn.then(() => {
      change();
      return reconcile();
    });
    turn = next.catch(() => undefined);
    return next;
  }

  return {
    begin: (gained: SeatHold) =>
      inTurn(() => {
        hold = gained;
      }),
    end: () =>
      inTurn(() => {
        hold = undefined;
      }),
    apply: (rules: readonly LogRule[]) =>
      inTurn(() => {
        wanted = rules;
      }),
    async view(rule: LogRule): Promise<LogRuleView> {
      const run = runs.get(rule.id);
      const instances =
        run?.memory.instancesOf(rule.id) ??
        (await instancesStore.ofOwner(state.read, rule.id)).map(({ instance }) => instance);
      return {
        ...rule,
        state: rule.enabled ? stateOf(instances) : 'inactive',
        lastEvaluatedAt: run?.evaluatedAt ?? null,
        lastError: run?.error ?? null,
        lastCount: run?.most ?? null,
      };
    },
  };
}

export type LogRunner = ReturnType<typeof createLogRunner>;
