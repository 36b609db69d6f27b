import { placeOf, type Span } from './errors.ts';

/** Warnings and notes of one query. Each text is kept once. */
export interface Annotations {
  warn(message: string, span: Span): void;
  inform(message: string, span: Span): void;
  readonly warnings: ReadonlySet<string>;
  readonly infos: ReadonlySet<string>;
}

/** Collects annotations, written as Prometheus does: class, text, and place in the query. */
export function createAnnotations(query: string): Annotations {
  const warnings = new Set<string>();
  const infos = new Set<string>();
  return {
    warnings,
    infos,
    warn: (message, span) => void warnings.add(`PromQL warning: ${message} (${placeOf(query, span.start)})`),
    inform: (message, span) => void infos.add(`PromQL info: ${message} (${placeOf(query, span.start)})`),
  };
}

/** Names the metric at the end of a message, when there is one. */
export const forMetric = (message: string, name: string): string =>
  name === '' ? message : `${message} for metric name ${JSON.stringify(name)}`;
