import { readText } from '../../ui/address.ts';

/** What the address of the rules on logs says. */
interface LogRulesSearch {
  /** A search to make a rule of: opens the form with it. */
  readonly query?: string | undefined;
}

/** Reads the address; what is not understood is as if it were not there. */
export function readLogRulesSearch(search: Record<string, unknown>): LogRulesSearch {
  return { query: readText(search['query']) };
}
