import type { IncomingRecord, RecordIntake, Refusal, Source } from '../../types.ts';

export interface FakeRecords extends RecordIntake {
  readonly kept: IncomingRecord[];
  readonly sources: Source[];
  /** What the next appends raise; undefined for nothing. */
  failWith(error: unknown): void;
}

/** Holds records in memory; those without a time are refused as the real intake does. */
export function createFakeRecords(): FakeRecords {
  const kept: IncomingRecord[] = [];
  const sources: Source[] = [];
  let failure: unknown;
  return {
    kept,
    sources,
    async append(records, source) {
      if (failure !== undefined) throw failure;
      const timed = records.filter(({ timeMs }) => !Number.isNaN(timeMs));
      kept.push(...timed);
      sources.push(source);
      const left = records.length - timed.length;
      const refusals: Refusal[] =
        left === 0
          ? []
          : [{ reason: 'unreadable', message: 'The time of a record is no time.', count: left }];
      return { accepted: timed.length, refusals };
    },
    failWith(error) {
      failure = error;
    },
  };
}
