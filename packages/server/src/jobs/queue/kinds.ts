import { invalidInput } from '../../base/errors.ts';
import { invalidPayload, PermanentFailure } from '../errors.ts';
import type { JobContext, JobKind, RetryPolicy } from '../types.ts';

/** A kind with its defaults filled in and its payload's type behind the schema. */
export interface DefinedKind {
  readonly kind: string;
  /** The schedule that this kind belongs to; its jobs run one at a time and are never kept as dead. */
  readonly schedule: string | undefined;
  readonly retry: RetryPolicy;
  readonly timeoutMs: number;
  readonly concurrency: number;
  readonly payout: boolean;
  /** Raises `invalid_input` that names the fields. */
  check(payload: unknown): void;
  run(payload: unknown, context: JobContext): Promise<void>;
}

const longestTimeoutMs = 7 * 86_400_000;
const defaultRetry: RetryPolicy = { baseMs: 1000, maxMs: 600_000, maxAttempts: 10 };

/** Checks a definition once, at start, so that a wrong figure is not found at three in the morning. */
export function resolveKind<Payload>(definition: JobKind<Payload>): DefinedKind {
  const { kind, schema, timeoutMs = 60_000, concurrency = 5, payout = false } = definition;
  const retry = { ...defaultRetry, ...definition.retry };
  const faults = [
    ...fault('kind', /^[\w.:-]{1,120}$/.test(kind), '1 to 120 letters, digits, ".", "_", ":" or "-"'),
    ...fault('timeoutMs', whole(timeoutMs, 1) && timeoutMs <= longestTimeoutMs, 'whole ms from 1 to 7 days'),
    ...fault('concurrency', whole(concurrency, 1), 'a whole number from 1'),
    ...fault('retry.maxAttempts', whole(retry.maxAttempts, 1), 'a whole number from 1'),
    ...fault('retry.baseMs', whole(retry.baseMs, 0), 'whole ms from 0'),
    ...fault(
      'retry.maxMs',
      whole(retry.maxMs, 0) && retry.maxMs >= retry.baseMs,
      'whole ms, at least baseMs',
    ),
  ];
  if (faults.length > 0) throw invalidInput(faults, `The job kind "${kind}" is not defined well.`);
  return {
    kind,
    schedule: undefined,
    retry,
    timeoutMs,
    concurrency,
    payout,
    check(payload) {
      const result = schema.safeParse(payload);
      if (!result.success) throw invalidPayload(kind, result.error);
    },
    async run(payload, context) {
      const result = schema.safeParse(payload);
      // Written by another version of the kind: no retry of this version will read it.
      if (!result.success)
        throw new PermanentFailure(invalidPayload(kind, result.error).message, result.error);
      await definition.run(result.data, context);
    },
  };
}

function whole(value: number, least: number): boolean {
  return Number.isSafeInteger(value) && value >= least;
}

function fault(field: string, right: boolean, wanted: string) {
  return right ? [] : [{ field, message: `Must be ${wanted}.` }];
}
