import type { LogCategory } from '@custos/contract';
import type { Clock } from '../../base/clock.ts';
import { messageOf } from '../../base/errors.ts';
import type { Logger } from '../../base/logger.ts';
import type { Columns } from '../../storage/columns/columns.ts';
import { createRefusals } from '../ingest/door.ts';
import type { IncomingRecord, RecordIntake } from '../types.ts';
import { createCategorize } from './categories/categorize.ts';
import type { CategoryRule } from './categories/category-rules.ts';
import { defaultLogLimits, type LogLimits } from './limits.ts';
import { createPrepare, type PreparedRecord } from './prepare.ts';
import { createRedactor, type RedactionOptions } from './redaction/redactor.ts';
import { recordLine } from './row.ts';
import { recordId, type StoredRecord } from './types.ts';

export interface LogsOptions {
  readonly columns: Pick<Columns, 'insert'>;
  readonly clock: Clock;
  readonly log: Logger;
  /** What the configuration says; the built-in rules hold beside it. */
  readonly rules?: {
    readonly categories?: readonly CategoryRule[];
    readonly redaction?: RedactionOptions;
  };
  readonly limits?: Partial<LogLimits>;
  /** Told of every record once it is on disk, such as for the live tail. What it raises is only logged. */
  readonly onAccepted: (records: readonly StoredRecord[]) => void;
}

export interface Logs {
  readonly intake: RecordIntake;
  /** Records since the start, by category, and how often each redaction rule masked something. */
  figures(): {
    readonly accepted: ReadonlyMap<LogCategory, number>;
    readonly masked: ReadonlyMap<string, number>;
  };
}

/** Largest row as JSON, below the bound of the spool. */
const rowBytes = 960 * 1024;

/**
 * The way in for log records. Raises an `Error` at once when a rule of the configuration is wrong, naming it.
 */
export function createLogs(options: LogsOptions): Logs {
  const { columns, clock, onAccepted } = options;
  const log = options.log.child({ part: 'logs' });
  const limits: LogLimits = { ...defaultLogLimits, ...options.limits };
  const prepare = createPrepare({
    categorize: createCategorize(options.rules?.categories),
    redactor: createRedactor(options.rules?.redaction),
    limits,
  });
  const accepted = new Map<LogCategory, number>();
  const masked = new Map<string, number>();

  const count = (records: readonly StoredRecord[]): void => {
    for (const record of records) {
      accepted.set(record.category, (accepted.get(record.category) ?? 0) + 1);
      for (const name of record.masked) masked.set(name, (masked.get(name) ?? 0) + 1);
    }
  };

  return {
    figures: () => ({ accepted, masked }),
    intake: {
      async append(records: readonly IncomingRecord[], source) {
        const refusals = createRefusals();
        const latest = clock.now() + limits.futureMs;
        const earliest = clock.now() - limits.pastMs;
        const prepared: PreparedRecord[] = [];
        const lines: string[] = [];
        for (const record of records) {
          if (!(record.timeMs >= earliest && record.timeMs <= latest)) {
            refusals.add(timeRefusal(record.timeMs, latest));
            continue;
          }
          const ready = prepare(record, source.name);
          const line = recordLine(ready);
          if (line.length * 3 > rowBytes && Buffer.byteLength(line) > rowBytes) {
            refusals.add({
              reason: 'too_large',
              message: `A record may take ${rowBytes} bytes with all its fields.`,
              count: 1,
            });
            continue;
          }
          prepared.push(ready);
          lines.push(line);
        }
        if (lines.length > 0) {
          const { spoolId, firstRow } = await columns.insert('log_record', lines);
          for (const [index, record] of prepared.entries()) record.id = recordId(spoolId, firstRow + index);
          count(prepared);
          try {
            onAccepted(prepared);
          } catch (error) {
            log.error({ error: messageOf(error) }, 'somebody who follows records failed');
          }
        }
        return { accepted: lines.length, refusals: refusals.list() };
      },
    },
  };
}

function timeRefusal(timeMs: number, latest: number) {
  if (Number.isNaN(timeMs)) {
    return { reason: 'unreadable', message: 'The time of a record is no time.', count: 1 } as const;
  }
  const text = Math.abs(timeMs) < 8.64e15 ? new Date(timeMs).toISOString() : String(timeMs);
  return timeMs > latest
    ? ({ reason: 'time_in_future', message: `The time ${text} is in the future.`, count: 1 } as const)
    : ({ reason: 'time_too_old', message: `The time ${text} is too long ago.`, count: 1 } as const);
}
