import { randomInt } from 'node:crypto';
import type { Clock } from '../../../base/clock.ts';
import type { Columns } from '../../../storage/columns/columns.ts';
import { dateOf } from '../sql-values.ts';
import { dayOf } from '../types.ts';
import { lacksSamples } from './days.ts';
import { createRollupStore, type DayNote, type RollupStore, type StoredPart } from './store.ts';

/** How long after its end a day is summed up: what senders hold back for a moment is there by then. */
const settleMs = 15 * 60_000;
/** Samples that one statement sums up; its memory goes by them. */
const samplesAtOnce = 1_000_000;
/** A day that gets late samples all the time is summed up again this often only; until then samples answer. */
const restMs = 6 * 3_600_000;
/** Rollups that do not count stay this long: a run may be at them, or a query that began before the last run. */
const leftoverMs = 2 * 3_600_000;

/** Runs of one millisecond that are told apart, since they may begin on nodes that do not know of each other. */
const runsPerMs = 1024;
const beganAt = (run: number): number => Math.floor(run / runsPerMs);

/** A number above the last one, also when the clock was set back. */
function newRun(atMs: number, last: number): number {
  return Math.max(atMs * runsPerMs + randomInt(runsPerMs), last + 1);
}

function isDue(
  samples: StoredPart,
  { note, rows, now }: { note: DayNote | undefined; rows: number; now: number },
): boolean {
  if (note === undefined) return true;
  // From what is left of a day only less would come.
  if (lacksSamples(note, samples)) return false;
  if (samples.lastBlock !== note.lastBlock) return now - beganAt(note.run) >= restMs;
  // No rows at all: the budget or their lifetime dropped them. Others: something went wrong.
  return rows !== note.rows && rows > 0;
}

export interface RollUp {
  readonly columns: Columns;
  readonly clock: Clock;
  /** Ends after the statement that runs. */
  readonly signal?: AbortSignal | undefined;
}

/**
 * Sums up each ended day (UTC) of samples that was not yet, or that got samples since, and returns those days
 * (`2026-11-21`). Meant to run every hour, on one node; killed at any time or run twice at once, what counts
 * is one whole run or none. Raises as `Columns.query` does.
 */
export async function rollUpDays({ columns, clock, signal }: RollUp): Promise<readonly string[]> {
  const store = createRollupStore(columns);
  const now = clock.now();
  const { notes, samples, rollups } = await store.state();
  const noteOf = new Map(notes.map((note) => [note.day, note]));
  for (const { day, run, partitionId } of rollups) {
    const counts = noteOf.get(day)?.run ?? 0;
    if (run !== counts && now - beganAt(Math.max(run, counts)) > leftoverMs) await store.drop(partitionId);
  }
  const done: string[] = [];
  for (const part of samples) {
    const { day } = part;
    const note = noteOf.get(day);
    const made = rollups.find((one) => one.day === day && one.run === note?.run);
    if (day >= dayOf(now - settleMs) || !isDue(part, { note, rows: made?.rows ?? 0, now })) continue;
    const run = newRun(clock.now(), note?.run ?? 0);
    if (!(await rollUp(store, part, { run, signal }))) break;
    done.push(dateOf(day));
  }
  return done;
}

async function rollUp(
  store: RollupStore,
  { day, lastBlock, firstSecond }: StoredPart,
  { run, signal }: { readonly run: number; readonly signal: AbortSignal | undefined },
): Promise<boolean> {
  for (const ids of await store.split(day, samplesAtOnce)) {
    if (signal?.aborted === true) return false;
    await store.add(day, run, ids);
  }
  await store.note({ day, run, lastBlock, firstSecond });
  return true;
}
