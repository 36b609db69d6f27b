import type { Clock } from '../../base/clock.ts';
import { CustosError } from '../../base/errors.ts';
import type { Columns } from '../../storage/columns/columns.ts';
import { scopeOf } from './scope.ts';
import { loadGroups } from './store.ts';
import type { LogCountQuery, LogCounts } from './types.ts';
import { fieldValue } from './values.ts';

const groupLimit = 1000;
/** Longest that a count waits for records on their way from the spool to the engine, ms. */
const patienceMs = 2_000;
/** Counts that begin within this of each other wait for the same records, ms. */
const togetherMs = 500;

/**
 * Counts records for rules. Before it counts, it waits until every record that this node had accepted half a
 * second before is in columns, for two seconds at most; what is then still missing makes the answer
 * `complete: false`. Records of other nodes are there about two seconds after they were accepted, so a window
 * that ends three seconds ago has all of them.
 */
export function createCount(columns: Columns, clock: Clock): (query: LogCountQuery) => Promise<LogCounts> {
  let last: { readonly at: number; readonly settled: Promise<boolean> } | undefined;

  async function settle(): Promise<boolean> {
    try {
      await columns.flush(AbortSignal.timeout(patienceMs));
      return true;
    } catch (error) {
      if (error instanceof CustosError) return false;
      throw error;
    }
  }

  function settled(): Promise<boolean> {
    const at = clock.monotonic();
    if (last === undefined || at - last.at > togetherMs) last = { at, settled: settle() };
    return last.settled;
  }

  return async ({ query, fromMs, toMs, by }) => {
    const scope = scopeOf({ query, from: fromMs, to: toMs }, clock.now());
    const values = by.map((name, index) => fieldValue(name, `by${index}`));
    const complete = await settled();
    const groups = await loadGroups(columns, scope, {
      values: values.map(({ sql }) => sql),
      valueParameters: Object.assign({}, ...values.map(({ parameters }) => parameters)) as Record<
        string,
        string
      >,
      limit: groupLimit,
    });
    return { groups, complete };
  };
}
