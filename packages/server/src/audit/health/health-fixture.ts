import type { HealthSources } from './types.ts';

/** Sources of an audit log that is well, so that a test states only what is not. */
export function wellSources(changed: Partial<HealthSources> = {}): HealthSources {
  return {
    ledger: () => ({ status: 'ok', reasons: [] }),
    figures: async () => ({
      journalBytes: 0,
      logs: [{ name: 'general', size: 7, bytes: 0, perSecond: 0, lastCheckpointAt: null }],
    }),
    index: () => ({
      state: 'indexing',
      logs: [{ log: 'general', indexed: 7, size: 7, behind: 0 }],
      queries: { count: 30, p50Ms: 5, p95Ms: 20 },
      rebuild: null,
      lastError: null,
      lastCheck: null,
    }),
    hasIndex: true,
    isShared: false,
    waiting: async () => 0,
    security: async () => ({ events: 0, blocked: 0 }),
    verification: () => null,
    witnesses: () => [],
    anchors: () => [],
    disk: async () => ({ usedPercent: 40, freeBytes: 50e9 }),
    ...changed,
  };
}

export const progress = (lagMs: number, failures = 0) => ({
  log: 'general',
  origin: 'example.com/general',
  size: 7,
  confirmedAt: null,
  lagEntries: lagMs === 0 ? 0 : 1,
  lagMs,
  failures,
  error: failures === 0 ? null : 'connection refused',
  errorAt: null,
});
