import { invalidInput } from '../../base/errors.ts';

/** A stretch of time with both ends; raises `invalid_input` when it ends before it starts. */
export function rangeOf(
  { from, to }: { readonly from?: number | undefined; readonly to?: number | undefined },
  { now, defaultMs }: { readonly now: number; readonly defaultMs: number },
): { readonly from: number; readonly to: number } {
  const end = to ?? now + 1;
  const start = from ?? end - defaultMs;
  if (start >= end) throw invalidInput([{ field: 'to', message: 'must be after from' }]);
  return { from: start, to: end };
}
