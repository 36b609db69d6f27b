/** What the address of the rules on logs says. */
interface LogRulesSearch {
  /** A search to make a rule of: opens the form with it. */
  readonly query?: string | undefined;
}

/** Reads the address. Addresses are read so that what looks like a number is one. */
export function readLogRulesSearch(search: Record<string, unknown>): LogRulesSearch {
  const { query } = search;
  const given = typeof query === 'number' || typeof query === 'boolean' ? String(query) : query;
  return { query: typeof given === 'string' ? given : undefined };
}
