import { invalidInput } from '../../base/errors.ts';
import type { EventPlace } from './types.ts';

/** The order of the engine: by bytes. Equal to that of UTF-16 units unless there are surrogates. */
function compareText(left: string, right: string): number {
  if (left === right) return 0;
  return Buffer.compare(Buffer.from(left, 'utf8'), Buffer.from(right, 'utf8'));
}

/** Negative when `left` is newer and thus comes first. */
export function newestFirst(left: EventPlace, right: EventPlace): number {
  return (
    right.receivedTime - left.receivedTime ||
    compareText(right.id, left.id) ||
    compareText(right.log, left.log) ||
    right.index - left.index
  );
}

/** A place as the text that callers send back for the next page. */
export function cursorOf({ receivedTime, id, log, index }: EventPlace): string {
  return Buffer.from(JSON.stringify([receivedTime, id, log, index]), 'utf8').toString('base64url');
}

/** The place that a cursor names; `invalid_input` when nobody here made it. */
export function placeOf(cursor: string): EventPlace {
  try {
    const parts: unknown = JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8'));
    if (Array.isArray(parts) && parts.length === 4) {
      const [receivedTime, id, log, index] = parts as unknown[];
      if (
        Number.isSafeInteger(receivedTime) &&
        typeof id === 'string' &&
        typeof log === 'string' &&
        Number.isSafeInteger(index) &&
        (index as number) >= 0
      )
        return { receivedTime: receivedTime as number, id, log, index: index as number };
    }
  } catch {
    // Not ours, like everything else that gets here.
  }
  throw invalidInput([{ field: 'cursor', message: 'must be the cursor of an earlier page' }]);
}
