import type { Clock } from '../../base/clock.ts';
import { messageOf } from '../../base/errors.ts';
import type { Logger } from '../../base/logger.ts';
import type { PromqlEngine } from '../promql/engine.ts';
import { alertSeries } from './alert-series.ts';
import { evaluateGroup, type Evaluation } from './evaluate-group.ts';
import type { Memory, Moved } from './remember.ts';
import type { SeriesWriter } from './series-writer.ts';
import { latestSlot, offsetOf, slotAfter } from './slots.ts';
import type { TemplateSurroundings } from './template/expand.ts';
import type { RuleGroup, SeatHold } from './types.ts';

/** How the last evaluation of a rule went. */
export interface RuleHealth {
  readonly at: number;
  readonly tookMs: number;
  readonly error: string | null;
}

/** How a group fares on this node. */
export interface GroupHealth {
  readonly evaluatedAt: number | null;
  readonly missed: number;
  readonly rules: ReadonlyMap<string, RuleHealth>;
}

export interface GroupRunParts {
  readonly engine: PromqlEngine;
  readonly surroundings: TemplateSurroundings;
  readonly writer: SeriesWriter;
  readonly clock: Clock;
  readonly log: Logger;
}

/** Evaluates one group at its slots until stopped. */
export function createGroupRun(
  parts: GroupRunParts,
  group: RuleGroup,
  { memory, hold }: { readonly memory: Memory; readonly hold: SeatHold },
) {
  const { engine, surroundings, writer, clock, log } = parts;
  const stop = new AbortController();
  const signal = AbortSignal.any([stop.signal, hold.signal]);
  const rules = new Map<string, RuleHealth>();
  let evaluatedAt: number | null = null;
  let missed = 0;

  /** Writes `ALERTS`; people are paged whether or not that succeeds. */
  async function showAlerts(evaluations: readonly Evaluation[], atMs: number): Promise<void> {
    try {
      for (const { rule, advance } of evaluations) {
        if (advance !== null) await writer.write(rule.id, alertSeries(advance.instances), atMs);
      }
    } catch (error) {
      log.warn({ group: group.name, error: messageOf(error) }, 'the series ALERTS could not be written');
    }
  }

  async function evaluate(slotMs: number): Promise<void> {
    const atMs = slotMs - group.queryOffsetMs;
    const evaluations = await evaluateGroup(
      {
        engine,
        surroundings,
        signal,
        monotonic: () => clock.monotonic(),
        instancesOf: (ruleId) => memory.instancesOf(ruleId),
        record: (rule, samples, at) => writer.write(rule.id, samples, at),
      },
      group,
      slotMs,
    );
    if (signal.aborted) return;
    const moved = evaluations.flatMap(({ rule, advance }): Moved[] =>
      advance === null
        ? []
        : [{ ruleId: rule.id, ruleName: rule.name, channelIds: group.channelIds, advance }],
    );
    let lost: string | null = null;
    try {
      await memory.move(moved, { atMs, hold });
    } catch (error) {
      lost = `what it found could not be written: ${messageOf(error)}`;
      log.error(
        { group: group.name, error: messageOf(error) },
        'a group of rules could not be written; trying again',
      );
    }
    for (const { rule, error, tookMs } of evaluations) {
      const failed = error ?? (rule.kind === 'alert' ? lost : null);
      if (failed !== null && rules.get(rule.id)?.error !== failed) {
        log.warn({ group: group.name, rule: rule.name, error: failed }, 'a rule could not be evaluated');
      }
      rules.set(rule.id, { at: slotMs, tookMs, error: failed });
    }
    if (lost === null) await showAlerts(evaluations, atMs);
    evaluatedAt = slotMs;
  }

  async function run(): Promise<void> {
    const { intervalMs } = group;
    const offsetMs = offsetOf(group.id, intervalMs);
    let slotMs = slotAfter(clock.now(), intervalMs, offsetMs);
    while (!signal.aborted) {
      const waitMs = slotMs - clock.now();
      // A clock that was set back makes the next slot seem far away.
      if (waitMs > intervalMs) slotMs = slotAfter(clock.now(), intervalMs, offsetMs);
      else if (waitMs > 0) await clock.sleep(waitMs, signal);
      else {
        const latest = latestSlot(slotMs, clock.now(), intervalMs);
        missed += latest.missed;
        slotMs = latest.slotMs;
        try {
          await evaluate(slotMs);
        } catch (error) {
          log.error(
            { group: group.name, error: messageOf(error) },
            'a group of rules could not be evaluated',
          );
        }
        slotMs += intervalMs;
      }
    }
  }

  const running = run();

  return {
    group,
    memory,
    health: (): GroupHealth => ({ evaluatedAt, missed, rules }),
    /** Resolves when nothing of it runs any more. */
    async stop(): Promise<void> {
      stop.abort();
      await running;
    },
  };
}

export type GroupRun = ReturnType<typeof createGroupRun>;
