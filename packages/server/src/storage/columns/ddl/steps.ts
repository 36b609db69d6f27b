import type { SchemaStep } from './ddl.ts';
import { probeResults } from './0001-probe-results.ts';
import { auditEvents } from './0002-audit-events.ts';

/** Every step of the schema of columns, in order. A later version only appends. */
export const schemaSteps: readonly SchemaStep[] = [probeResults, auditEvents];
