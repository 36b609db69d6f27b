import type { Labels } from '../../../base/labels.ts';
import type { MetricMetadata, Refusal, SampleIntake, Series, Source } from '../../types.ts';
import { createRefusals } from '../door.ts';
import { setLabelOf } from '../label-pairs.ts';
import type { SampleColumns } from '../sample-columns.ts';
import { ExpositionError, readExposition, typeNames } from './exposition.ts';
import type { LabelMap, Relabel } from './relabel.ts';
import { readSeriesText } from './series-text.ts';

export interface SessionOptions {
  /** Labels of the target. */
  readonly labels: Labels;
  readonly samples: SampleIntake;
  readonly source: Source;
  readonly honorLabels?: boolean;
  readonly honorTimestamps?: boolean;
  readonly relabel?: Relabel;
  /** Samples of one body after relabelling; 0 is no limit. */
  readonly sampleLimit?: number;
  /** Bounds of each series after relabelling; one that is beyond fails the scrape. */
  readonly labelLimits?: LabelLimits;
}

/** As `label_limit` and its kin; 0 is no limit. */
export interface LabelLimits {
  readonly count: number;
  readonly nameBytes: number;
  readonly valueBytes: number;
}

/** What a body gave. */
export interface TakenBody {
  readonly scraped: number;
  readonly afterRelabelling: number;
  /** Series that the body before did not have. */
  readonly added: number;
  readonly refusals: readonly Refusal[];
}

export interface Session {
  /**
   * Reads a body into `columns`, with stale markers for series that were in the body before and are not in
   * this one. Raises `ExpositionError`, and then the session is as it was.
   */
  take(
    text: string,
    given: { readonly open: boolean; readonly atMs: number; readonly columns: SampleColumns },
  ): TakenBody;
  /** Ends every series of the body before. */
  end(columns: SampleColumns, atMs: number): void;
}

interface Known {
  /** Undefined when relabelling leaves the series out. */
  readonly series: Series | undefined;
  seen: number;
}

/** Puts the target's labels on a series; what the series has itself is kept as `exported_NAME`. */
function attach(labels: LabelMap, own: Labels, honor: boolean): void {
  for (const [name, value] of Object.entries(own)) {
    const present = labels.get(name);
    if (present === undefined) labels.set(name, value);
    else if (!honor) {
      let exported = `exported_${name}`;
      while (labels.has(exported) || exported in own) exported = `exported_${exported}`;
      labels.set(exported, present);
      labels.set(name, value);
    }
  }
}

const plain = (labels: LabelMap): Labels => {
  const record: Record<string, string> = {};
  for (const [name, value] of labels) if (value !== '') setLabelOf(record, name, value);
  return record;
};

function checkLabels(labels: LabelMap, { count, nameBytes, valueBytes }: LabelLimits): void {
  const fail = (what: string, has: number, limit: string): never => {
    const metric = (labels.get('__name__') ?? '').slice(0, 50);
    throw new ExpositionError(`The series ${metric} has ${what} ${has}; ${limit}.`);
  };
  if (count > 0 && labels.size > count) fail('labels:', labels.size, `label_limit is ${count}`);
  if (nameBytes === 0 && valueBytes === 0) return;
  for (const [name, value] of labels) {
    const [nameSize, valueSize] = [Buffer.byteLength(name), Buffer.byteLength(value)];
    if (nameBytes > 0 && nameSize > nameBytes) {
      fail('a label name of length', nameSize, `label_name_length_limit is ${nameBytes}`);
    }
    if (valueBytes > 0 && valueSize > valueBytes) {
      fail('a label value of length', valueSize, `label_value_length_limit is ${valueBytes}`);
    }
  }
}

/**
 * Takes the bodies of one target, one after the other. A series is known by its text from scrape to scrape,
 * so that its labels are read and rewritten once.
 */
export function createSession(options: SessionOptions): Session {
  const { labels: own, samples, source, relabel = () => true, sampleLimit = 0, labelLimits } = options;
  const { honorLabels = false, honorTimestamps = true } = options;
  let known = new Map<string, Known>();
  let before = new Set<Series>();
  let round = 0;

  function make(text: string): Series | Refusal | undefined {
    const labels = readSeriesText(text);
    attach(labels, own, honorLabels);
    if (!relabel(labels)) return undefined;
    if (labelLimits !== undefined) checkLabels(labels, labelLimits);
    return samples.series(plain(labels), source);
  }

  /** Forgets texts that did not come, once they are more than those that did. */
  function tidy(present: number): void {
    if (known.size <= 2 * present + 1000) return;
    known = new Map([...known].filter(([, one]) => one.seen === round));
  }

  return {
    take(text, { open, atMs, columns }) {
      round += 1;
      const refusals = createRefusals();
      const metadata = new Map<string, { type: MetricMetadata['type']; help: string; unit: string }>();
      const taken: { series: Series; value: number; timeMs: number | undefined }[] = [];
      let scraped = 0;
      let afterRelabelling = 0;
      readExposition(text, open, {
        sample(series, value, timeMs) {
          scraped += 1;
          let one = known.get(series);
          if (one === undefined) {
            const made = make(series);
            if (made !== undefined && !('ref' in made)) {
              afterRelabelling += 1;
              refusals.add({ ...made, count: 1 });
              return;
            }
            one = { series: made, seen: round };
            known.set(series, one);
          }
          one.seen = round;
          if (one.series === undefined) return;
          afterRelabelling += 1;
          taken.push({ series: one.series, value, timeMs: honorTimestamps ? timeMs : undefined });
        },
        metadata(name, field, value) {
          const entry = metadata.get(name) ?? { type: 'unknown' as const, help: '', unit: '' };
          if (field === 'type') entry.type = typeNames[value] ?? 'unknown';
          else entry[field] = value;
          metadata.set(name, entry);
        },
      });
      if (sampleLimit > 0 && afterRelabelling > sampleLimit) {
        throw new ExpositionError(`It has ${afterRelabelling} samples; sample_limit is ${sampleLimit}.`);
      }
      const present = new Set<Series>();
      let added = 0;
      for (const { series, value, timeMs } of taken) {
        columns.add(series, timeMs ?? atMs, value);
        // A series with times of its own says itself when it is (Prometheus tracks no staleness for it).
        if (timeMs !== undefined) continue;
        if (!before.has(series) && !present.has(series)) added += 1;
        present.add(series);
      }
      for (const series of before) if (!present.has(series)) columns.addStale(series, atMs);
      before = present;
      tidy(scraped);
      if (metadata.size > 0) samples.describe([...metadata].map(([name, entry]) => ({ name, ...entry })));
      return { scraped, afterRelabelling, added, refusals: refusals.list() };
    },
    end(columns, atMs) {
      for (const series of before) columns.addStale(series, atMs);
      before = new Set();
    },
  };
}
