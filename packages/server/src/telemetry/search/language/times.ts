import { parseDuration } from '../../../base/duration.ts';

/** A time as it was written covers a span: a day, a minute, a second or a millisecond. */
export interface TimeSpan {
  readonly from: number;
  readonly to: number;
}

const shape = /^(\d{4}-\d{2}-\d{2})(?:T(\d{2}:\d{2})(:\d{2})?(\.\d{1,9})?(Z|[+-]\d{2}:\d{2})?)?$/i;

/** Reads `2026-11-21`, `2026-11-21T10:00Z` (UTC when nothing is said), `now` or `now-15m`. */
export function parseTime(text: string, nowMs: number): TimeSpan | undefined {
  if (/^now/i.test(text)) {
    const back = /^now(?:-(.+))?$/i.exec(text);
    const ms = back?.[1] === undefined ? 0 : parseDuration(back[1]);
    if (back === null || ms === undefined) return undefined;
    return { from: nowMs - ms, to: nowMs - ms + 1 };
  }
  const found = shape.exec(text);
  if (found === null) return undefined;
  const [, day = '', minute, second, fraction, zone = 'Z'] = found;
  if (fraction !== undefined && second === undefined) return undefined;
  const from = Date.parse(
    `${day}T${minute ?? '00:00'}${second ?? ':00'}${fraction?.slice(0, 4) ?? ''}${zone.toUpperCase()}`,
  );
  if (Number.isNaN(from)) return undefined;
  const lengthMs =
    minute === undefined ? 86_400_000 : second === undefined ? 60_000 : fraction === undefined ? 1000 : 1;
  return { from, to: from + lengthMs };
}
