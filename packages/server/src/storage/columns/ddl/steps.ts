import type { SchemaStep } from './ddl.ts';
import { probeResults } from './0001-probe-results.ts';
import { auditEvents } from './0002-audit-events.ts';
import { metrics } from './0003-metrics.ts';
import { logs } from './0004-logs.ts';
import { spans } from './0005-spans.ts';
import { metricRollups } from './0006-metric-rollups.ts';
import { metricMetadata } from './0007-metric-metadata.ts';

/** Every step of the schema of columns, in order. A later version only appends. */
export const schemaSteps: readonly SchemaStep[] = [
  probeResults,
  auditEvents,
  metrics,
  logs,
  spans,
  metricRollups,
  metricMetadata,
];
