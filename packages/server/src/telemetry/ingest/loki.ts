import type { LogSeverity } from '@custos/contract';
import type { IncomingRecord, Refusal } from '../types.ts';
import { createRefusals } from './door.ts';
import { tooMany } from './errors.ts';
import { mostItems } from './limits.ts';
import { recordOfFields } from './log-fields.ts';
import { severityInText, severityOfWord } from './log-severity.ts';

/** One log line of a stream, as both forms of the protocol have it. */
export interface LokiEntry {
  /** Milliseconds since the epoch; NaN when it is no time. */
  readonly timeMs: number;
  readonly line: string;
  readonly metadata: Readonly<Record<string, string>>;
}

/** What a push request holds, as far as it could be read. */
export interface LokiPush {
  readonly records: readonly IncomingRecord[];
  readonly refusals: readonly Refusal[];
}

/** What streams call their service and host, the best first; Loki's own discovery uses these, too. */
const serviceLabels = ['service_name', 'service', 'app', 'application', 'job', 'container', 'unit'] as const;
const hostLabels = ['host', 'hostname', 'node_name', 'node', 'instance'] as const;
const severityLabels = ['level', 'detected_level', 'severity'] as const;
const traceLabels = ['trace_id', 'traceID', 'traceId'] as const;
const spanLabels = ['span_id', 'spanID', 'spanId'] as const;

function first(names: readonly string[], labels: Readonly<Record<string, string>>): string {
  for (const name of names) {
    const value = labels[name];
    if (value !== undefined && value !== '') return value;
  }
  return '';
}

/** Gathers the records of a push, stream by stream. */
export function createLokiRecords(): {
  /** Makes the labels hold for the lines that follow. */
  stream(labels: Readonly<Record<string, string>>): (entry: LokiEntry) => void;
  refuse(refusal: Refusal): void;
  push(): LokiPush;
} {
  const records: IncomingRecord[] = [];
  const refusals = createRefusals();
  return {
    stream(labels) {
      const defaults = { service: first(serviceLabels, labels), host: first(hostLabels, labels) };
      const severity = severityOfWord(first(severityLabels, labels));
      return (entry) => {
        if (records.length >= mostItems) throw tooMany('lines', mostItems);
        records.push(recordOfEntry(entry, { ...defaults, labels, severity }));
      };
    },
    refuse: refusals.add,
    push: () => ({ records, refusals: refusals.list() }),
  };
}

interface Stream {
  readonly labels: Readonly<Record<string, string>>;
  readonly service: string;
  readonly host: string;
  readonly severity: LogSeverity | undefined;
}

/**
 * A line with its stream's labels and its own metadata as attributes. A line that is a JSON object is read
 * for its fields; the time is that of the entry.
 */
function recordOfEntry({ timeMs, line, metadata }: LokiEntry, stream: Stream): IncomingRecord {
  const said = severityOfWord(first(severityLabels, metadata)) ?? stream.severity;
  const fields = line.startsWith('{') ? objectOf(line) : undefined;
  const read =
    fields === undefined
      ? undefined
      : recordOfFields(fields, { timeMs, service: '', host: '', severity: said ?? 'info' });
  return {
    timeMs,
    ...(read?.category === undefined ? undefined : { category: read.category }),
    severity: said ?? read?.severity ?? severityInText(line) ?? 'info',
    service: stream.service || read?.service || '',
    host: stream.host || read?.host || '',
    traceId: first(traceLabels, metadata) || read?.traceId || first(traceLabels, stream.labels),
    spanId: first(spanLabels, metadata) || read?.spanId || first(spanLabels, stream.labels),
    message: read === undefined || read.message === '' ? line : read.message,
    attributes: { ...stream.labels, ...metadata, ...read?.attributes },
  };
}

function objectOf(line: string): Readonly<Record<string, unknown>> | undefined {
  try {
    return JSON.parse(line) as Readonly<Record<string, unknown>>;
  } catch {
    return undefined;
  }
}
