import { invalidInput } from '../../base/errors.ts';
import { parseSearch } from './language/parse.ts';
import { toSql } from './language/to-sql.ts';
import type { Search } from './language/tree.ts';
import type { Scope, SearchInput } from './types.ts';

const hourMs = 3_600_000;
/** The year 2300: columns hold no times from there on, nor before 1970. */
const endOfTimes = Date.UTC(2300, 0);

/** The condition of a span of time; its values are in `windowParameters`. */
export const windowSql =
  "time >= fromUnixTimestamp64Milli({fromMs:Int64}, 'UTC') AND time < fromUnixTimestamp64Milli({toMs:Int64}, 'UTC')";

export const windowParameters = (from: number, to: number): { fromMs: number; toMs: number } => ({
  fromMs: from,
  toMs: to,
});

/**
 * What an input asks for. Without times it is the last hour. Raises `invalid_input` for a search that cannot
 * be understood, and for a span that ends before it begins.
 */
export function scopeOf({ query, category, ...span }: SearchInput, nowMs: number): Scope {
  const to = span.to ?? nowMs + 1;
  const from = span.from ?? to - hourMs;
  if (from >= to) throw invalidInput([{ field: 'to', message: 'must be later than from' }]);
  const typed = parseSearch(query, nowMs);
  const search: Search =
    category === undefined || category.length === 0
      ? typed
      : { kind: 'and', terms: [{ kind: 'category', oneOf: category }, typed] };
  const start = Math.min(Math.max(from, 0), endOfTimes - 1);
  return { search, ...toSql(search), from: start, to: Math.min(Math.max(to, start + 1), endOfTimes) };
}
