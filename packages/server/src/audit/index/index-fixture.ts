import { systemClock } from '../../base/clock.ts';
import { silentLogger } from '../../base/logger.ts';
import type { Columns } from '../../storage/columns/columns.ts';
import { createCatalogue } from '../events/catalogue.ts';
import { createAuditIndex, type AuditIndex, type AuditIndexOptions } from './service.ts';
import type { EventPlace, FoundEvent, IndexedLedger } from './types.ts';

/** An index for tests: with the built-in catalogue, and blocks that are sent soon. */
export function testIndex(
  columns: Columns,
  ledger: IndexedLedger,
  more: Partial<AuditIndexOptions> = {},
): AuditIndex {
  return createAuditIndex({
    columns,
    ledger,
    catalogue: createCatalogue(),
    clock: systemClock,
    log: silentLogger,
    settings: { QUERY_CRITICAL_MS: 60_000 },
    lingerMs: 20,
    ...more,
  });
}

/** Every page of a search, one after the other, and what happens in between. */
export async function allPages(
  search: (after: EventPlace | null) => ReturnType<AuditIndex['search']>,
  between: () => Promise<void> | void = () => undefined,
): Promise<FoundEvent[]> {
  const found: FoundEvent[] = [];
  let after: EventPlace | null = null;
  for (let pages = 0; pages < 10_000; pages += 1) {
    const page = await search(after);
    found.push(...page.events);
    if (page.next === null) return found;
    after = page.next;
    await between();
  }
  throw new Error('The pages came to no end.');
}

/** Events by where they are, for comparing. */
export const placesOf = (events: readonly FoundEvent[]): string[] =>
  events.map(({ log, index }) => `${log}/${index}`);
