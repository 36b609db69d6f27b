import { labelSetOf } from '../promql/label-set.ts';
import { writeStale } from '../promql/stale.ts';
import type { SampleIntake, Series, Source } from '../types.ts';
import type { RuleSample } from './recording-rule.ts';

const source: Source = { door: 'collector', signal: 'metrics', name: 'rules' };

/** Writes what rules give, and a stale marker where a series that one gave last time is gone. */
export interface SeriesWriter {
  /** `owner` names who gave the series, such as a rule. Throws when they cannot be kept. */
  write(owner: string, samples: readonly RuleSample[], atMs: number): Promise<void>;
  /** Ends every series of an owner that is gone. */
  end(owner: string, atMs: number): Promise<void>;
}

export function createSeriesWriter(intake: SampleIntake): SeriesWriter {
  /** By owner, the series that it gave last time. */
  const given = new Map<string, ReadonlyMap<string, Series>>();

  async function write(owner: string, samples: readonly RuleSample[], atMs: number): Promise<void> {
    const before = given.get(owner) ?? new Map<string, Series>();
    const now = new Map<string, Series>();
    const series: Series[] = [];
    const numbers: number[] = [];
    let refused: string | undefined;
    for (const { labels, value } of samples) {
      const { key } = labelSetOf(labels);
      const known = before.get(key) ?? intake.series(labels, source);
      if ('reason' in known) {
        refused = known.message;
        continue;
      }
      now.set(key, known);
      series.push(known);
      numbers.push(value);
    }
    const gone = [...before].filter(([key]) => !now.has(key)).map(([, one]) => one);
    const values = new Float64Array(series.length + gone.length);
    values.set(numbers);
    for (let at = series.length; at < values.length; at += 1) writeStale(values, at);
    series.push(...gone);
    if (series.length > 0) {
      const times = new Float64Array(series.length).fill(atMs);
      const { refusals } = await intake.append({ series, times, values }, source);
      refused ??= refusals[0]?.message;
    }
    if (now.size === 0) given.delete(owner);
    else given.set(owner, now);
    if (refused !== undefined) throw new Error(refused);
  }

  return { write, end: (owner, atMs) => write(owner, [], atMs) };
}
