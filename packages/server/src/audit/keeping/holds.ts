import type { Clock } from '../../base/clock.ts';
import { conflict, notFound } from '../../base/errors.ts';
import { newId } from '../../base/ids.ts';
import type { State } from '../../storage/state/state.ts';
import type { EventInput } from '../events/envelope.ts';
import { badHold, pruneUnderWay } from './errors.ts';
import { blockingHold, touches } from './hold-rule.ts';
import * as store from './store.ts';
import type { LegalHold, LegalHolds, RecordAct } from './types.ts';

/** What a person says of a new hold. */
export interface HoldInput {
  readonly logs: readonly string[] | null;
  readonly from: number | null;
  readonly to: number | null;
  readonly reason: string;
  /** Id of the person. */
  readonly by: string;
}

/** Legal holds, kept in State. */
export interface HoldService extends LegalHolds {
  /** Raises `invalid_input`, and `conflict` when what it is to keep is being removed at this moment. */
  place(input: HoldInput): Promise<LegalHold>;
  /** Raises `not_found`, and `conflict` when it was released before. */
  release(id: string, release: { readonly by: string; readonly reason: string }): Promise<LegalHold>;
  list(which?: 'in force' | 'all'): Promise<readonly LegalHold[]>;
}

function checkHold({ from, to, reason, logs, by }: HoldInput, known: readonly string[]): void {
  if (reason.trim() === '' || reason.length > 500) throw badHold('reason', 'must be 1 to 500 characters');
  if (by === '') throw badHold('by', 'must name who places the hold');
  if (from !== null && to !== null && from >= to) throw badHold('to', 'must be after from');
  if (logs?.length === 0) throw badHold('logs', 'must name a log, or be null for all');
  for (const log of logs ?? []) {
    if (!known.includes(log)) throw badHold('logs', `must be among ${known.join(', ')}; "${log}" is not`);
  }
}

const act = (action: string, hold: LegalHold, details: EventInput['details']): EventInput => ({
  type: 'administration.act',
  action,
  outcome: 'succeeded',
  actor: { type: 'user', id: hold.releasedBy ?? hold.placedBy },
  target: { type: 'legal-hold', id: hold.id },
  details,
});

/** Keeps legal holds. Placing and releasing one is in the log if and only if it was done. */
export function createHolds(options: {
  readonly state: State;
  readonly clock: Clock;
  readonly record: RecordAct;
  /** Names of all logs. */
  logs(): readonly string[];
  /** Told after a hold was placed or released, for others who keep things by it. */
  changed?(): void;
}): HoldService {
  const { state, clock, record } = options;
  const told = async (hold: Promise<LegalHold>): Promise<LegalHold> => {
    const kept = await hold;
    options.changed?.();
    return kept;
  };
  return {
    async blocks(log, tx) {
      return blockingHold(await store.listHolds(tx ?? state.read, 'in force'), log);
    },
    place(input) {
      checkHold(input, options.logs());
      const { logs, from, to, reason, by } = input;
      const placing = state.transaction(async (tx) => {
        await store.lockKeeping(tx, state.dialect);
        const now = clock.now();
        for (const prune of await store.listUnfinished(tx)) {
          // A planned one looks at holds again before it takes anything away.
          if (prune.state === 'pruning' && touches(input, prune)) throw pruneUnderWay(prune.log);
        }
        const hold: LegalHold = {
          id: newId('hold', now),
          logs,
          from,
          to,
          reason,
          placedBy: by,
          placedAt: now,
          releasedBy: null,
          releasedAt: null,
        };
        await store.addHold(tx, hold);
        await record(act('legal-hold.place', hold, { logs, from, to, reason }), tx);
        return hold;
      });
      return told(placing);
    },
    release(id, { by, reason }) {
      if (reason.trim() === '' || reason.length > 500) throw badHold('reason', 'must be 1 to 500 characters');
      const releasing = state.transaction(async (tx) => {
        await store.lockKeeping(tx, state.dialect);
        const hold = await store.loadHold(tx, id);
        if (hold === undefined) throw notFound('legal hold', id);
        const released = { ...hold, releasedBy: by, releasedAt: clock.now() };
        if (!(await store.releaseHold(tx, id, { by, at: released.releasedAt }))) {
          throw conflict(`The legal hold "${id}" was released before.`);
        }
        await record(act('legal-hold.release', released, { reason }), tx);
        return released;
      });
      return told(releasing);
    },
    list: (which = 'all') => store.listHolds(state.read, which),
  };
}
