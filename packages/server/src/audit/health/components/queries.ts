import type { ComponentDefinition } from '../component.ts';

/** How long searches take: the 95th percentile of the last five minutes (row A13). */
export const queriesComponent: ComponentDefinition = {
  name: 'queries',
  title: 'Query time',
  unit: 'ms',
  figure: 'audit_query_p95_ms',
  look({ sources, settings }) {
    const { count, p95Ms } = sources.index().queries;
    return {
      value: p95Ms,
      warning: settings.QUERY_WARNING_MS,
      critical: settings.QUERY_CRITICAL_MS,
      message:
        p95Ms === null
          ? 'Nobody searched in the last five minutes.'
          : `95 of 100 searches take at most ${Math.round(p95Ms)} ms; ${count} in the last five minutes.`,
    };
  },
};
