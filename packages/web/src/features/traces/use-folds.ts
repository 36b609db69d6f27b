import { useMemo, useState } from 'react';
import { seenRows, unfoldedTo, type TreeRow } from './tree.ts';

type Rows = readonly TreeRow<{ spanId: string; parentSpanId: string | null; status: string }>[];

/** Which rows of a tree are folded, and which are seen therefore. */
export function useFolds(rows: Rows) {
  const [folded, setFolded] = useState<ReadonlySet<number>>(new Set());
  const seen = useMemo(() => seenRows(rows, folded), [rows, folded]);
  return {
    folded,
    seen,
    fold(index: number, on: boolean) {
      setFolded((now) => {
        const next = new Set(now);
        if (on) next.add(index);
        else next.delete(index);
        return next;
      });
    },
    /** Folds all that has something below it and something above. */
    foldAll() {
      setFolded(new Set(rows.flatMap(({ below, depth }, index) => (below > 0 && depth > 0 ? [index] : []))));
    },
    unfoldAll() {
      setFolded(new Set());
    },
    show(index: number) {
      setFolded((now) => unfoldedTo(rows, now, index));
    },
  };
}
