/** The classes of failure that the HTTP API of Prometheus names in `errorType`. */
export type PromqlErrorType = 'bad_data' | 'execution' | 'timeout' | 'canceled';

/** A query that cannot be answered, in words that may be shown to its author. */
export class PromqlError extends Error {
  readonly type: PromqlErrorType;

  constructor(type: PromqlErrorType, message: string) {
    super(message);
    this.name = 'PromqlError';
    this.type = type;
  }
}

/** The query was understood and its evaluation is not possible with these data. */
export function executionError(message: string): PromqlError {
  return new PromqlError('execution', message);
}

/** Where text stands in a query: offsets in UTF-16 units, `end` not included. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

/** Writes a place as `line:column`, both from one. */
export function placeOf(query: string, offset: number): string {
  const before = query.slice(0, offset);
  const line = before.split('\n').length;
  return `${line}:${offset - before.lastIndexOf('\n')}`;
}

/** The text of a query is wrong at a place; the message has the form of Prometheus's parser. */
export function parseError(query: string, span: Span, message: string): PromqlError {
  return new PromqlError('bad_data', `${placeOf(query, span.start)}: parse error: ${message}`);
}

/** The text asks for something that Prometheus offers only behind a feature flag, and Custos not at all. */
export class ExperimentalFeatureError extends PromqlError {
  constructor(query: string, span: Span, message: string) {
    super('bad_data', `${placeOf(query, span.start)}: parse error: ${message}`);
    this.name = 'ExperimentalFeatureError';
  }
}
