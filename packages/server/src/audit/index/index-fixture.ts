import { systemClock } from '../../base/clock.ts';
import { silentLogger } from '../../base/logger.ts';
import type { Columns } from '../../storage/columns/columns.ts';
import { createCatalogue } from '../events/catalogue.ts';
import { createAuditIndex, type AuditIndex, type AuditIndexOptions } from './service.ts';
import type { EventPlace, FoundEvent, IndexedLedger } from './types.ts';
import { createVariedLedger, type VariedLedger } from './varied-events-fixture.ts';

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

/**
 * Fills an index with so many varied events and resolves when all have their rows, for benchmarks: six in ten
 * in `general`, three in `security`, one in `financial`, a second between two of a log.
 *
 * @public
 */
export async function indexVaried(
  columns: Columns,
  events: number,
): Promise<{ readonly index: AuditIndex; readonly ledger: VariedLedger; readonly indexingMs: number }> {
  const [general, security] = [Math.round(events * 0.6), Math.round(events * 0.3)];
  const ledger = createVariedLedger({ logs: { general, security, financial: events - general - security } });
  const index = testIndex(columns, ledger);
  const start = systemClock.monotonic();
  await index.start();
  while (!(await index.settle(60_000))) {
    const { lastError } = index.status();
    if (lastError !== null) throw new Error(lastError);
  }
  return { index, ledger, indexingMs: systemClock.monotonic() - start };
}
