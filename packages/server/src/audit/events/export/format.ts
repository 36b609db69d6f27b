import type { LeafEvent } from '../types.ts';

/** An event on its way out: as its leaf says, with the fields put back that the reader may see. */
export interface ExportedEvent {
  readonly log: string;
  /** Place in the log. */
  readonly index: number;
  /** RFC 6962 leaf hash, base64. */
  readonly leafHash: string;
  readonly event: LeafEvent;
}

export type ExportSource = Iterable<ExportedEvent> | AsyncIterable<ExportedEvent>;

/** A form that events are exported in. */
export interface ExportFormat {
  readonly name: string;
  readonly mediaType: string;
  readonly extension: string;
  /** Writes events piece by piece as they come; nothing is collected in memory. */
  write(events: ExportSource): AsyncIterable<string>;
}

/** One line per event, after an optional first line. */
export async function* linesOf(
  events: ExportSource,
  line: (exported: ExportedEvent) => string,
  { first, end = '\n' }: { readonly first?: string; readonly end?: string } = {},
): AsyncGenerator<string> {
  if (first !== undefined) yield first + end;
  for await (const exported of events) yield line(exported) + end;
}
