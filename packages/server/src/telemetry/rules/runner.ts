import { messageOf } from '../../base/errors.ts';
import type { Logger } from '../../base/logger.ts';
import { createGroupRun, type GroupRun, type GroupRunParts } from './group-run.ts';
import { endOrphans, loadMemory, type RememberParts } from './remember.ts';
import type { RuleGroup, SeatHold } from './types.ts';

export type RunnerParts = GroupRunParts & RememberParts & { readonly log: Logger };

const sameGroup = (left: RuleGroup, right: RuleGroup): boolean =>
  left.source === right.source &&
  left.name === right.name &&
  left.channelIds.join() === right.channelIds.join();

/** Runs every group that is enabled while this node has the seat. */
export function createRunner(parts: RunnerParts) {
  const { clock, log, writer } = parts;
  const runs = new Map<string, GroupRun>();
  let hold: SeatHold | undefined;
  let wanted: readonly RuleGroup[] = [];
  /** Changes are made one after the other. */
  let turn: Promise<void> = Promise.resolve();

  async function stopRun(run: GroupRun, remains: RuleGroup | undefined): Promise<void> {
    await run.stop();
    runs.delete(run.group.id);
    const kept = new Set(remains?.rules.map(({ id }) => id));
    for (const { id } of run.group.rules.filter((rule) => !kept.has(rule.id))) {
      await writer.end(id, clock.now()).catch((error: unknown) => {
        log.warn({ error: messageOf(error) }, 'the series of a rule that is gone could not be ended');
      });
    }
  }

  async function reconcile(): Promise<void> {
    const holder = hold;
    const enabled = new Map(wanted.filter((group) => group.enabled).map((group) => [group.id, group]));
    for (const run of runs.values()) {
      const next = enabled.get(run.group.id);
      if (holder === undefined || next === undefined || !sameGroup(run.group, next)) await stopRun(run, next);
    }
    if (holder === undefined || holder.signal.aborted) return;
    const at = { nowMs: clock.now(), hold: holder };
    await endOrphans(parts, { prefix: 'mrg_', ids: new Set(enabled.keys()) }, at);
    for (const group of enabled.values()) {
      if (runs.has(group.id)) continue;
      const ruleIds = new Set(group.rules.map(({ id }) => id));
      const memory = await loadMemory(parts, { id: group.id, intervalMs: group.intervalMs, ruleIds }, at);
      runs.set(group.id, createGroupRun(parts, group, { memory, hold: holder }));
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
    apply: (groups: readonly RuleGroup[]) =>
      inTurn(() => {
        wanted = groups;
      }),
    run: (groupId: string): GroupRun | undefined => runs.get(groupId),
  };
}
