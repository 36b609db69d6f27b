/** What a tree needs to know of a span. */
interface Node {
  readonly spanId: string;
  readonly parentSpanId: string | null;
  readonly status: string;
}

/** A span in its place: rows stand in the order in which a tree is read, and a row's offspring right below it. */
export interface TreeRow<Span extends Node> {
  readonly span: Span;
  readonly depth: number;
  /** Place in the tree of the row above it all, -1 at the top. */
  readonly parent: number;
  /** Spans below it at any depth: they are the rows that follow. */
  readonly below: number;
  /** Failed spans among those below. */
  readonly errorsBelow: number;
  /** It names a parent that is not in the trace. */
  readonly orphan: boolean;
}

/**
 * Spans, earliest first, as a tree. One whose parent is missing stands at the top; so does the earliest of spans
 * that are each other's parents.
 */
export function treeOf<Span extends Node>(spans: readonly Span[]): readonly TreeRow<Span>[] {
  const places = new Map<string, number>();
  spans.forEach(({ spanId }, index) => {
    if (!places.has(spanId)) places.set(spanId, index);
  });
  const children: number[][] = spans.map(() => []);
  const tops: number[] = [];
  spans.forEach(({ parentSpanId }, index) => {
    const parent = parentSpanId === null ? undefined : places.get(parentSpanId);
    if (parent === undefined || parent === index) tops.push(index);
    else children[parent]?.push(index);
  });

  const rows: { -readonly [Key in keyof TreeRow<Span>]: TreeRow<Span>[Key] }[] = [];
  const seen = new Set<number>();
  const place = (top: number): void => {
    // Without recursion: a chain of calls may be as deep as a trace is long.
    const waiting = [{ index: top, depth: 0, parent: -1 }];
    for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
      const { index, depth, parent } = next;
      const span = spans[index];
      if (span === undefined || seen.has(index)) continue;
      seen.add(index);
      const orphan = depth === 0 && span.parentSpanId !== null;
      const at = rows.push({ span, depth, parent, below: 0, errorsBelow: 0, orphan }) - 1;
      for (const child of children[index]?.toReversed() ?? [])
        waiting.push({ index: child, depth: depth + 1, parent: at });
    }
  };
  tops.forEach(place);
  // What is left goes round in a circle.
  spans.forEach((_, index) => place(index));

  for (let index = rows.length - 1; index >= 0; index -= 1) {
    const row = rows[index];
    const parent = rows[row?.parent ?? -1];
    if (row === undefined || parent === undefined) continue;
    parent.below += row.below + 1;
    parent.errorsBelow += row.errorsBelow + (row.span.status === 'error' ? 1 : 0);
  }
  return rows;
}

/** Places of the rows that are seen while those in `folded` hide what is below them. */
export function seenRows(rows: readonly TreeRow<Node>[], folded: ReadonlySet<number>): readonly number[] {
  const seen: number[] = [];
  for (let index = 0; index < rows.length; index += 1) {
    seen.push(index);
    if (folded.has(index)) index += rows[index]?.below ?? 0;
  }
  return seen;
}

/** `folded` without what hides the row at `index`. */
export function unfoldedTo(
  rows: readonly TreeRow<Node>[],
  folded: ReadonlySet<number>,
  index: number,
): ReadonlySet<number> {
  const next = new Set(folded);
  for (let at = rows[index]?.parent ?? -1; at >= 0; at = rows[at]?.parent ?? -1) next.delete(at);
  return next;
}
