import type { Clock } from '../../base/clock.ts';
import { invalidInput } from '../../base/errors.ts';
import type { Logger } from '../../base/logger.ts';
import type { Columns } from '../../storage/columns/columns.ts';
import type { Catalogue } from '../events/catalogue.ts';
import type { AuditSettings } from '../events/constants.ts';
import { createAggregates } from './aggregates.ts';
import { checkCompleteness } from './completeness.ts';
import { conditionOf } from './condition.ts';
import { createEntries } from './entries.ts';
import { createFollower } from './follower.ts';
import { createFind } from './find.ts';
import { createQueryTimes } from './query-times.ts';
import { createResultCache } from './result-cache.ts';
import { createSearch } from './search.ts';
import { securityTypes } from './security-kinds.ts';
import { createIndexStore } from './store.ts';
import type {
  AuditFilter,
  CompletenessReport,
  EventPlace,
  FoundEvent,
  IndexStatus,
  IndexedLedger,
  SearchPage,
  SecurityGroup,
  TimeSpan,
  TopField,
} from './types.ts';

export interface AuditIndexOptions {
  readonly columns: Columns;
  readonly ledger: IndexedLedger;
  readonly catalogue: Pick<Catalogue, 'list'>;
  readonly clock: Clock;
  readonly log: Logger;
  readonly settings: Pick<AuditSettings, 'QUERY_CRITICAL_MS'>;
  /**
   * Whether this node keeps the rows of the index. Always, when its engine is embedded; with an engine that
   * several nodes share, only while it holds the lease. Always when absent.
   */
  readonly mayWrite?: () => boolean;
  /** Longest that an entry waits for others to share a block, ms; searches read it from its log meanwhile. */
  readonly lingerMs?: number;
}

/** Finds events in the logs. */
export interface AuditIndex {
  start(): Promise<void>;
  stop(): Promise<void>;
  /**
   * Newest first, 1 to 1,000 at once. What was acknowledged before the call is found, also with columns down;
   * then a search reads the logs, at most 50,000 entries, and raises `audit_index_behind` (503) when that is
   * not enough. Raises `query_too_heavy` (422) when the engine gave up.
   */
  search(
    filter: AuditFilter,
    page: { readonly after: EventPlace | null; readonly limit: number },
  ): Promise<SearchPage>;
  /** The newest event with this id. */
  find(id: string): Promise<FoundEvent | undefined>;
  /** Events about security, by source, those with most events first. */
  securityGroups(range: TimeSpan): Promise<SecurityGroup[]>;
  /** Events per step, at most 2,000 steps; every step is there. */
  histogram(
    filter: AuditFilter,
    steps: TimeSpan & { readonly stepMs: number },
  ): Promise<{ at: number; count: number }[]>;
  /** The most frequent values of a field, 1 to 1,000; events that have none are left out. */
  top(filter: AuditFilter, field: TopField, limit: number): Promise<{ value: string; count: number }[]>;
  /** Compares index and logs. Raises `columns_unavailable` (503). */
  checkCompleteness(): Promise<CompletenessReport>;
  /** Drops every row and makes them again; resolves when that is done. Raises `conflict` when one runs. */
  rebuild(): Promise<void>;
  /** Resolves with true when everything that is in the logs now has its row, with false after the time. */
  settle(timeoutMs: number): Promise<boolean>;
  status(): IndexStatus;
}

export function createAuditIndex(options: AuditIndexOptions): AuditIndex {
  const { columns, ledger, catalogue, clock, settings, mayWrite = () => true, lingerMs = 1_000 } = options;
  const log = options.log.child({ part: 'audit-index' });
  const store = createIndexStore(columns);
  const entries = createEntries(ledger);
  const follower = createFollower({ ledger, store, columns, clock, log, mayWrite, lingerMs });
  const parts = { ledger, entries, store, follower, cache: createResultCache() };
  const search = createSearch(parts);
  const find = createFind(parts);
  const aggregates = createAggregates(parts);
  const times = createQueryTimes(clock, (ms) => {
    if (ms > settings.QUERY_CRITICAL_MS)
      log.warn({ ms: Math.round(ms) }, 'a search of the audit log was slow');
  });
  let lastCheck: CompletenessReport | null = null;

  return {
    start: async () => follower.start(),
    stop: () => follower.stop(),
    async search(filter, page) {
      if (!(page.limit >= 1 && page.limit <= 1000))
        throw invalidInput([{ field: 'limit', message: 'must be 1 to 1000' }]);
      return times.measure(() => search(conditionOf(filter, catalogue), page));
    },
    find: (id) => times.measure(() => find(id)),
    securityGroups: ({ from, to }) =>
      times.measure(() =>
        aggregates.security({ ...conditionOf({ from, to }, catalogue), security: securityTypes(catalogue) }),
      ),
    histogram: (filter, steps) =>
      times.measure(() => aggregates.histogram(conditionOf(filter, catalogue), steps)),
    top: (filter, field, limit) =>
      times.measure(() => aggregates.top(conditionOf(filter, catalogue), field, limit)),
    async checkCompleteness() {
      lastCheck = await checkCompleteness({ ledger, store, follower, clock });
      return lastCheck;
    },
    rebuild: () => follower.rebuild(),
    settle: (timeoutMs) => follower.settle(timeoutMs),
    status() {
      const { lastError, rebuild } = follower.status();
      return {
        state: columns.status().state === 'up' ? 'indexing' : 'away',
        logs: ledger.names().map((name) => {
          const { size } = ledger.reader(name).head();
          const indexed = Math.min(size, follower.known(name));
          return {
            log: name,
            indexed,
            size,
            behind: size - Math.max(indexed, ledger.reader(name).minimumIndex()),
          };
        }),
        queries: times.summary(),
        rebuild,
        lastError,
        lastCheck,
      };
    },
  };
}
