import type { EventInput } from './envelope.ts';

/** What happened at the intake; each becomes an event of the type of its name. */
export type IntakeKind = 'intake.invalid' | 'intake.rate-limited' | 'intake.blocked';

export interface Occurrence {
  readonly kind: IntakeKind;
  readonly source: string;
  /** Wall clock, ms. */
  readonly at: number;
  /** How many events it is about. */
  readonly count: number;
  /** Fields at fault or reasons, without values. */
  readonly notes?: readonly string[];
}

interface Group {
  readonly kind: IntakeKind;
  readonly source: string;
  first: number;
  last: number;
  /** Occurrences: calls, or events that were not valid. */
  count: number;
  /** Events that they are about. */
  events: number;
  readonly notes: Set<string>;
}

export interface SecurityGroups {
  record(occurrence: Occurrence): void;
  /** One event per source and kind for what was recorded since the last call, and starts anew. */
  take(): readonly EventInput[];
  /** Puts back what was taken and could not be kept. */
  putBack(): void;
  /** What `take` would give, for the page that groups security events by source. */
  pending(): readonly { readonly kind: IntakeKind; readonly source: string; readonly count: number }[];
}

const maxNotes = 20;
const maxNoteLength = 500;
/** Named in place of the sources that come after the first thousand in one interval. */
const otherSources = 'other';

function eventFrom(group: Group): EventInput {
  const notes = [...group.notes];
  const common = {
    count: group.kind === 'intake.rate-limited' ? group.count : group.events,
    first: new Date(group.first).toISOString(),
    last: new Date(group.last).toISOString(),
  };
  const details = {
    'intake.invalid': { ...common, fields: notes },
    'intake.rate-limited': { ...common, dropped: group.events },
    'intake.blocked': { ...common, reasons: notes },
  }[group.kind];
  return {
    type: group.kind,
    outcome: 'denied',
    actor: { type: 'source', id: group.source },
    details,
  };
}

/**
 * Groups what goes wrong at the intake by source, so that a flood of bad calls becomes a few events and
 * not a flood of events. Holds at most `maxSources` sources per kind between two calls of `take`.
 */
export function createSecurityGroups(maxSources = 1000): SecurityGroups {
  let groups = new Map<string, Group>();
  let taken: readonly Group[] = [];

  function add(found: Omit<Group, 'notes'> & { readonly notes: Iterable<string> }): void {
    let key = `${found.kind} ${found.source}`;
    const isNew = !groups.has(key) && groups.size >= maxSources * 3;
    const source = isNew ? otherSources : found.source;
    if (isNew) key = `${found.kind} ${source}`;
    const group: Group = groups.get(key) ?? { ...found, source, count: 0, events: 0, notes: new Set() };
    group.first = Math.min(group.first, found.first);
    group.last = Math.max(group.last, found.last);
    group.count += found.count;
    group.events += found.events;
    for (const note of found.notes) {
      if (group.notes.size < maxNotes) group.notes.add(note.slice(0, maxNoteLength).toWellFormed());
    }
    groups.set(key, group);
  }

  return {
    record({ kind, source, at, count, notes = [] }) {
      add({ kind, source, first: at, last: at, count: 1, events: count, notes });
    },
    take() {
      taken = [...groups.values()];
      groups = new Map();
      return taken.map(eventFrom);
    },
    putBack() {
      for (const group of taken) add(group);
      taken = [];
    },
    pending: () => [...groups.values()].map(({ kind, source, count }) => ({ kind, source, count })),
  };
}
