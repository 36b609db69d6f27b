import { logCategories, type LogCategory, type LogSeverity } from '@custos/contract';
import type { IncomingRecord } from '../types.ts';
import { severityInText, severityOfNumber, severityOfWord } from './log-severity.ts';
import { logTime } from './log-time.ts';

type Role = 'time' | 'severity' | 'message' | 'service' | 'host' | 'traceId' | 'spanId' | 'category';

/**
 * What fields are called by pino, winston, bunyan, the Elastic Common Schema, OpenTelemetry, Python's and Go's
 * loggers, and by what collects them in Kubernetes. Nested fields are named by their path.
 */
const roles: ReadonlyMap<string, Role> = new Map<string, Role>([
  ...(['time', 'timestamp', '@timestamp', 'ts', 'datetime'] as const).map((name) => [name, 'time'] as const),
  ...(
    [
      'level',
      'severity',
      'lvl',
      'log.level',
      'loglevel',
      'levelname',
      'severityText',
      'severity_text',
    ] as const
  ).map((name) => [name, 'severity'] as const),
  ...(['message', 'msg', 'body', 'short_message'] as const).map((name) => [name, 'message'] as const),
  ...(
    [
      'service',
      'service.name',
      'service_name',
      'app',
      'application',
      'name',
      'kubernetes.container_name',
    ] as const
  ).map((name) => [name, 'service'] as const),
  ...(
    ['host', 'hostname', 'host.name', 'host.hostname', 'kubernetes.host', 'kubernetes.pod_node_name'] as const
  ).map((name) => [name, 'host'] as const),
  ...(['trace_id', 'traceId', 'traceID', 'trace.id'] as const).map((name) => [name, 'traceId'] as const),
  ...(['span_id', 'spanId', 'spanID', 'span.id'] as const).map((name) => [name, 'spanId'] as const),
  ...(['category', 'log.category'] as const).map((name) => [name, 'category'] as const),
]);

const categories: ReadonlySet<string> = new Set(logCategories);
/** One more than the intake keeps, so that it sees that there were more. */
const mostFields = 129;
const deepest = 8;

interface Draft {
  time: number | undefined;
  severity: LogSeverity | undefined;
  message: string | undefined;
  service: string | undefined;
  host: string | undefined;
  traceId: string | undefined;
  spanId: string | undefined;
  category: LogCategory | undefined;
  fields: number;
}

/** Values that hold when the object does not say them itself. */
export interface FieldDefaults {
  readonly timeMs: number;
  readonly service: string;
  readonly host: string;
  readonly severity: LogSeverity;
}

/**
 * Makes a record of an object that some logger wrote. Fields with a common name become parts of the record,
 * all others attributes; of two for the same part the first counts. A time that is none makes `timeMs` NaN,
 * which the intake refuses.
 */
export function recordOfFields(
  fields: Readonly<Record<string, unknown>>,
  defaults: FieldDefaults,
): IncomingRecord {
  const draft: Draft = {
    time: undefined,
    severity: undefined,
    message: undefined,
    service: undefined,
    host: undefined,
    traceId: undefined,
    spanId: undefined,
    category: undefined,
    fields: 0,
  };
  const attributes: Record<string, string> = {};
  gather(fields, '', { draft, attributes, depth: 0 });
  if (draft.message === undefined || draft.time === undefined) readCollected(draft, attributes);
  const record: IncomingRecord = {
    timeMs: draft.time ?? defaults.timeMs,
    severity: draft.severity ?? defaults.severity,
    service: draft.service ?? defaults.service,
    host: draft.host ?? defaults.host,
    traceId: draft.traceId ?? '',
    spanId: draft.spanId ?? '',
    message: draft.message ?? attributes['err.message'] ?? attributes['error.message'] ?? '',
    attributes,
  };
  return draft.category === undefined ? record : { ...record, category: draft.category };
}

/**
 * Docker and Fluent Bit call the line `log`, with its line feed, and the latter its time `date`. Others use
 * these words for other things, so they count only when nothing else says it.
 */
function readCollected(draft: Draft, attributes: Record<string, string>): void {
  const { log, date } = attributes;
  if (draft.message === undefined && log !== undefined) {
    draft.message = log.endsWith('\n') ? log.slice(0, -1) : log;
    draft.severity ??= severityInText(log);
    delete attributes['log'];
  }
  const time = draft.time === undefined && date !== undefined ? logTime(date) : Number.NaN;
  if (Number.isNaN(time)) return;
  draft.time = time;
  delete attributes['date'];
}

interface Gathering {
  readonly draft: Draft;
  readonly attributes: Record<string, string>;
  readonly depth: number;
}

function gather(fields: Readonly<Record<string, unknown>>, path: string, to: Gathering): void {
  const { draft, attributes, depth } = to;
  for (const key in fields) {
    if (draft.fields >= mostFields) return;
    const value = fields[key];
    if (value === null || value === undefined) continue;
    const name = path === '' ? key : `${path}.${key}`;
    if (typeof value === 'object') {
      if (Array.isArray(value) || depth === deepest) {
        attributes[name] = JSON.stringify(value);
        draft.fields += 1;
      } else gather(value as Record<string, unknown>, name, { draft, attributes, depth: depth + 1 });
      continue;
    }
    const role = roles.get(name);
    if (role !== undefined && takes(draft, role, value)) continue;
    attributes[name] = textOf(value);
    draft.fields += 1;
  }
}

/** Puts the value in its place of the draft; false when it stays an ordinary field. */
function takes(draft: Draft, role: Role, value: unknown): boolean {
  if (draft[role] !== undefined) return false;
  if (role === 'time') {
    draft.time = logTime(value);
    return true;
  }
  if (role === 'severity') {
    draft.severity = severityOf(value);
    return draft.severity !== undefined;
  }
  const text = textOf(value);
  if (role === 'category') {
    if (!categories.has(text)) return false;
    draft.category = text as LogCategory;
    return true;
  }
  draft[role] = text;
  return true;
}

function severityOf(value: unknown): LogSeverity | undefined {
  if (typeof value === 'number') return severityOfNumber(value);
  const text = textOf(value);
  return severityOfWord(text) ?? (/^\d{1,3}$/.test(text) ? severityOfNumber(Number(text)) : undefined);
}

/** A value that is no object; JSON has only texts, numbers and truths. */
function textOf(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}
