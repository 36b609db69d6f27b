import type {
  IngestDoor,
  LogCategory,
  LogSeverity,
  RefusalReason,
  Severity,
  TelemetrySignal,
} from '@custos/contract';
import type { AfterCommit } from '../base/after-commit.ts';
import type { Labels } from '../base/labels.ts';
import type { StateTx } from '../storage/state/state.ts';

/**
 * Words of this domain.
 *
 * - **door**: a protocol by which telemetry comes in (`ingest/`, one file each).
 * - **source**: one sender at one door, such as a token or a scraped target.
 * - **batch**: what a door made of one request; the same form whatever the protocol.
 * - **accepted**: on disk in the spool; from there it reaches columns once, whatever is killed.
 * - **series**, **sample**, **stale marker**: as in `promql/types.ts`.
 * - **head**: the recent samples that are held in memory, from which rules and short queries are answered.
 * - **record**: one log record. Its **category** decides how long it is kept.
 * - **span**: one piece of work of a trace.
 */

/** Who sends. */
export interface Source {
  readonly door: IngestDoor;
  readonly signal: TelemetrySignal;
  /** The token's name, the target, the peer's address or the collector. */
  readonly name: string;
}

/** A series that this process knows. One object per set of labels, for as long as it is active. */
export interface Series {
  /** Small and dense: an index into arrays. */
  readonly ref: number;
  /** The first eight bytes of the SHA-256 of its labels; the series' name in columns. */
  readonly id: bigint;
  readonly labels: Labels;
}

/** Samples as three columns of equal length: sample `i` is of `series[i]`, in any order. */
export interface SampleBatch {
  readonly series: readonly Series[];
  /** Milliseconds since the epoch. */
  readonly times: readonly number[] | Float64Array;
  /** Stale markers keep their bits (`promql/stale.ts`). */
  readonly values: readonly number[] | Float64Array;
}

/** What a metric is, as its sender says; by metric name. */
export interface MetricMetadata {
  readonly name: string;
  readonly type: 'counter' | 'gauge' | 'histogram' | 'summary' | 'unknown';
  readonly help: string;
  readonly unit: string;
}

/** Something that was left out of a batch, and why. */
export interface Refusal {
  readonly reason: RefusalReason;
  /** In words for the sender, naming what is wrong. */
  readonly message: string;
  /** How many samples, records or spans. */
  readonly count: number;
}

/** What became of a batch: what is not among the refusals is on disk. */
export interface Acceptance {
  readonly accepted: number;
  readonly refusals: readonly Refusal[];
}

/** Where doors put samples. `metrics/` fits. */
export interface SampleIntake {
  /**
   * The series of these labels (with `__name__`), made known when it is new. A refusal when a label is out
   * of bounds or there are too many new series. `source` is charged for new ones.
   */
  series(labels: Labels, source: Source): Series | Refusal;
  /**
   * Resolves when the samples are on disk. Samples too far in the future or past are left out and named.
   * Raises `spool_full` or `spool_failed`, and then nothing of the batch is kept.
   */
  append(batch: SampleBatch, source: Source): Promise<Acceptance>;
  /** Remembers what metrics are. Never waits. */
  describe(metadata: readonly MetricMetadata[]): void;
}

/** A log record as a door reads it; `logs/` sets the category, redacts and bounds it. */
export interface IncomingRecord {
  readonly timeMs: number;
  /** By the sender; decided from rules when absent. */
  readonly category?: LogCategory;
  readonly severity: LogSeverity;
  readonly service: string;
  readonly host: string;
  /** 32 and 16 lower-case hexadecimal digits; empty for none. */
  readonly traceId: string;
  readonly spanId: string;
  readonly message: string;
  /** Nested fields are named by paths with dots. */
  readonly attributes: Readonly<Record<string, string>>;
}

/** Where doors put records. `logs/` fits. */
export interface RecordIntake {
  /** As `SampleIntake.append`. */
  append(records: readonly IncomingRecord[], source: Source): Promise<Acceptance>;
}

export interface SpanEvent {
  readonly name: string;
  readonly timeUs: number;
  readonly attributes: Readonly<Record<string, string>>;
}

/** A span as a door reads it. Times in microseconds since the epoch. */
export interface IncomingSpan {
  readonly traceId: string;
  readonly spanId: string;
  /** Empty for a root. */
  readonly parentSpanId: string;
  readonly name: string;
  readonly kind: 'internal' | 'server' | 'client' | 'producer' | 'consumer';
  readonly service: string;
  readonly host: string;
  readonly startUs: number;
  readonly durationUs: number;
  readonly status: 'unset' | 'ok' | 'error';
  readonly statusMessage: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly events: readonly SpanEvent[];
}

/** Where doors put spans. `traces/` fits. */
export interface SpanIntake {
  append(spans: readonly IncomingSpan[], source: Source): Promise<Acceptance>;
}

/** Counts what comes in, for the ingest page and `custos_*` figures. `ingest/tally.ts` fits. */
export interface IngestTally {
  accepted(source: Source, count: number, bytes: number): void;
  refused(source: Source, refusals: readonly Refusal[]): void;
}

/** What a rule on metrics or logs says of one set of labels; `alerting/` turns it into an alert. */
export interface RuleFinding {
  /** The same for the same rule and labels, for ever. */
  readonly key: string;
  readonly ruleId: string;
  readonly ruleName: string;
  readonly state: 'firing' | 'ended';
  readonly severity: Severity;
  readonly labels: Labels;
  readonly summary: string;
  readonly description: string;
  readonly value: number | null;
  /** Empty for the default channels. */
  readonly channelIds: readonly string[];
  /** Milliseconds since the epoch. */
  readonly at: number;
}

/**
 * Opens and ends alerts in the transaction in which a rule's own state is written, so that no alert is lost
 * between the two. Told again of what it knows, it does nothing.
 */
export interface AlertSink {
  report(tx: StateTx, findings: readonly RuleFinding[]): Promise<AfterCommit>;
}

/** Legal holds on logs: what is held is not dropped. */
export interface LegalHolds {
  /** Categories of logs of which nothing may go at present, and why. */
  held(): Promise<ReadonlyMap<LogCategory, string>>;
}
