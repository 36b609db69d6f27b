import type { ProbeState } from '../model.ts';
import type { Beat, CheckOutcome, ResultRow } from '../types.ts';
import { advance, type StreakLimits } from './streak.ts';
import { countInto, type Bucket } from './uptime.ts';

/** Beats that are kept in State. */
const keptBeats = 60;

export interface Applied {
  readonly state: ProbeState;
  /** The hour that has ended with this result, to be added to the long counters. */
  readonly finishedHour: Bucket | null;
}

export interface NewResult {
  readonly row: ResultRow;
  readonly decisive: boolean;
  readonly inMaintenance: boolean;
}

/** Takes a result into a probe's state; its status is weighed afterwards, with all other probes. */
export function applyResult(state: ProbeState, result: NewResult, limits: StreakLimits): Applied {
  const { row, decisive, inMaintenance } = result;
  const streak = advance(state.streak, { status: row.status, decisive }, limits);
  const beat: Beat = {
    at: row.at,
    status: inMaintenance ? 'maintenance' : row.status,
    latencyMs: row.latencyMs,
  };
  const counted =
    row.status === 'inconclusive' || inMaintenance
      ? { running: state.hour, finished: null }
      : countInto(state.hour, row.at, { as: row.status, amount: 1 });
  // What is said of a probe that is down stays the reason of the failure while nothing conclusive follows.
  const speaks =
    row.status === 'inconclusive' ? streak.condition === 'unknown' : row.status === streak.condition;
  return {
    state: {
      ...state,
      streak,
      message: speaks || state.message === '' ? row.message : state.message,
      last: row,
      beats: [...state.beats.slice(1 - keptBeats), beat],
      hour: counted.running,
    },
    finishedHour: counted.finished,
  };
}

/**
 * The row that a check's outcome becomes. Messages may quote what a target said, so they are cut to what
 * fits in a list and freed of characters that a store refuses or a terminal obeys; figures are finite.
 */
export function toResultRow(probeId: string, at: number, outcome: CheckOutcome): ResultRow {
  return {
    probeId,
    at,
    status: outcome.status,
    latencyMs: outcome.latencyMs,
    message: plainText(outcome.message, 500),
    values: Object.fromEntries(Object.entries(outcome.values).filter(([, value]) => Number.isFinite(value))),
  };
}

/** One line of at most `length` characters without control characters or halves of surrogate pairs. */
export function plainText(text: string, length: number): string {
  return text
    .slice(0, length)
    .toWellFormed()
    .replaceAll(/\p{Cc}+/gu, ' ')
    .trim();
}
