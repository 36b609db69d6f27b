import { invalidInput, type FieldFault } from '../../base/errors.ts';
import { unknownKind } from '../errors.ts';
import type { EnqueueOptions } from '../types.ts';
import type { DefinedKind } from './kinds.ts';
import type { NewJob } from './store.ts';

const largestPayloadBytes = 256 * 1024;
const longestKey = 300;

/** Checks what a caller wants to have done, before anything is stored; raises `invalid_input`. */
export function resolveJob(
  options: EnqueueOptions,
  kinds: ReadonlyMap<string, DefinedKind>,
  now: number,
): NewJob {
  const kind = kinds.get(options.kind);
  if (kind === undefined || kind.schedule !== undefined) throw unknownKind(options.kind);
  kind.check(options.payload);

  const {
    key = null,
    runAt = now,
    maxAttempts = kind.retry.maxAttempts,
    timeoutMs = kind.timeoutMs,
  } = options;
  const payload = JSON.stringify(options.payload ?? null);
  const faults: FieldFault[] = [];
  if (Buffer.byteLength(payload) > largestPayloadBytes) {
    faults.push({ field: 'payload', message: `Must be at most ${largestPayloadBytes} bytes as JSON.` });
  }
  if (key !== null && (key === '' || key.length > longestKey || key.includes('\0'))) {
    faults.push({ field: 'key', message: `Must be 1 to ${longestKey} characters, without NUL.` });
  }
  for (const [field, value, least] of [
    ['runAt', runAt, 0],
    ['maxAttempts', maxAttempts, 1],
    ['timeoutMs', timeoutMs, 1],
  ] as const) {
    if (!Number.isSafeInteger(value) || value < least) {
      faults.push({ field, message: `Must be a whole number from ${least}.` });
    }
  }
  if (faults.length > 0) throw invalidInput(faults);
  return { kind: options.kind, key, payload, runAt, maxAttempts, timeoutMs };
}
