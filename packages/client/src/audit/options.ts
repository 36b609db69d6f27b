import type { FieldError } from '../errors.ts';
import type { RecorderClock } from './clock.ts';
import { withFields, type AuditRecordError } from './errors.ts';
import type { AuditEventDraft } from './types.ts';

/** Something went wrong with events that nobody waits for; nothing is lost without one of these. */
export interface RecorderProblem {
  /**
   * - `rejected`: the server refused events for good.
   * - `dropped`: the server's rate limit dropped events.
   * - `lost`: the recorder was closed before it could send events that were in memory only.
   * - `not-taken`: the recorder was full or its spool failed.
   * - `unreachable`: a batch could not be delivered; it is tried again. Told once until it works again.
   * - `damaged`: the spool held bytes that are not what was written, such as a torn last line.
   * - `key-taken`: the server knows the key of a batch with other events; it is sent under a new one.
   */
  readonly kind: 'rejected' | 'dropped' | 'lost' | 'not-taken' | 'unreachable' | 'damaged' | 'key-taken';
  readonly message: string;
  /** Events it is about, as they were to be sent. */
  readonly events: readonly AuditEventDraft[];
  readonly error: unknown;
}

export interface AuditRecorderOptions {
  /** Where Custos is, such as `https://custos.example.com`; `''` in a browser for its own origin. */
  readonly url: string;
  /** An API token with the permission to record; a function is asked before every request. */
  readonly token?: string | (() => string | Promise<string>) | undefined;
  /** `source` of events that name none: the token's own, or that and a part such as `shop/checkout`. */
  readonly source?: string | undefined;
  /** A batch is sent when this many events wait: 10 to 1,000, default 100 (`BATCH_SIZE`). */
  readonly batchSize?: number | undefined;
  /** Or when the oldest has waited this long: 500 to 30,000 ms, default 5,000 (`FLUSH_INTERVAL_SECONDS`). */
  readonly flushIntervalMs?: number | undefined;
  /** Events that may wait: `batchSize` to 1,000,000, default 10,000. Beyond it events are refused, not dropped. */
  readonly maxPending?: number | undefined;
  /** Bytes of JSON that may wait: 1 MB to 10 GB, default 64 MB. */
  readonly maxPendingBytes?: number | undefined;
  /** How long `record` waits for the server: 100 to 600,000 ms, default 10,000. */
  readonly confirmTimeoutMs?: number | undefined;
  /** How long one request may take: 1,000 to 600,000 ms, default 60,000; the server slows protected events down. */
  readonly requestTimeoutMs?: number | undefined;
  /** How long the process may be kept from ending to send what waits: 0 to 60,000 ms, default 5,000. */
  readonly exitTimeoutMs?: number | undefined;
  /**
   * Signals, such as `SIGTERM`, at which to send what waits and then end the process by the same signal.
   * None unless told: a program that handles signals itself calls `close()`.
   */
  readonly exitSignals?: readonly string[] | undefined;
  /** Told of everything that goes wrong and that no caller waits for. */
  readonly onProblem?: ((problem: RecorderProblem) => void) | undefined;
  readonly fetch?: typeof globalThis.fetch | undefined;
  readonly clock?: RecorderClock | undefined;
}

const ranges = {
  batchSize: { default: 100, min: 10, max: 1000 },
  flushIntervalMs: { default: 5000, min: 500, max: 30_000 },
  maxPending: { default: 10_000, min: 10, max: 1_000_000 },
  maxPendingBytes: { default: 64_000_000, min: 1_000_000, max: 10_000_000_000 },
  confirmTimeoutMs: { default: 10_000, min: 100, max: 600_000 },
  requestTimeoutMs: { default: 60_000, min: 1000, max: 600_000 },
  exitTimeoutMs: { default: 5000, min: 0, max: 60_000 },
} as const;

/** The figures of a recorder, complete. */
export type RecorderFigures = Readonly<Record<keyof typeof ranges, number>>;

/** Raises `invalid_option` that names every option at fault and its range. */
export function recorderFigures(options: AuditRecorderOptions): RecorderFigures {
  const faults: FieldError[] = [];
  const figures = {} as Record<keyof typeof ranges, number>;
  for (const name of Object.keys(ranges) as (keyof typeof ranges)[]) {
    const { min, max, default: standard } = ranges[name];
    const value: unknown = options[name] ?? standard;
    figures[name] = value as number;
    if (!Number.isInteger(value) || (value as number) < min || (value as number) > max) {
      faults.push({
        field: name,
        message: `must be a whole number from ${min} to ${max}, not ${String(value)}`,
      });
    }
  }
  if (figures.maxPending < figures.batchSize && faults.length === 0) {
    faults.push({ field: 'maxPending', message: `must be at least batchSize, ${figures.batchSize}` });
  }
  if (!/^(https?:\/\/[^\s]+)?$/.test(String(options.url))) {
    faults.push({ field: 'url', message: 'must be an address such as https://custos.example.com' });
  }
  if (faults.length > 0) throw invalidOptions(faults);
  return figures;
}

export function invalidOptions(faults: readonly FieldError[]): AuditRecordError {
  return withFields('invalid_option', 'The recorder cannot be made', faults);
}
