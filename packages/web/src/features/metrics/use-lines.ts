import { useQueries, type UseQueryResult } from '@tanstack/react-query';
import { useMemo } from 'react';
import { plotDataOf } from '../../charts/lines/names.ts';
import type { PlotData } from '../../charts/lines/plot.ts';
import type { Grid, LineSet } from '../../charts/lines/series-set.ts';
import { rangeQuery } from '../../data/metrics.ts';

interface Answers {
  readonly sets: readonly (LineSet | undefined)[];
  readonly errors: readonly (Error | null)[];
  /** Something is on its way, and what is shown is of before. */
  readonly old: boolean;
  readonly fetching: boolean;
  readonly refetch: () => void;
}

function combine(results: readonly UseQueryResult<LineSet>[]): Answers {
  return {
    // What a faulty expression gave before says nothing of what it is now.
    sets: results.map(({ data, error }) => (error === null ? data : undefined)),
    errors: results.map(({ error }) => error),
    old: results.some(({ isPlaceholderData }) => isPlaceholderData),
    fetching: results.some(({ isFetching }) => isFetching),
    refetch: () => {
      for (const { refetch } of results) void refetch();
    },
  };
}

/** Several expressions over time, as lines of one chart; `null` stands for one that is not asked. */
export function useLines(
  expressions: readonly (string | null)[],
  grid: Grid,
): Answers & { readonly data: PlotData; readonly warnings: readonly string[] } {
  const asked = useMemo(
    () => expressions.flatMap((expression, index) => (expression === null ? [] : [{ expression, index }])),
    [expressions],
  );
  const answers = useQueries({
    queries: asked.map(({ expression }) => rangeQuery(expression, grid)),
    combine,
  });
  const data = useMemo(
    () =>
      plotDataOf(
        answers.sets.flatMap((set, at) => {
          const own = asked[at];
          return set === undefined || own === undefined
            ? []
            : [{ set, legend: '', expression: own.expression, id: String(own.index) }];
        }),
        grid,
      ),
    [answers.sets, asked, grid],
  );
  const errors = expressions.map((_, index) => {
    const at = asked.findIndex((each) => each.index === index);
    return answers.errors[at] ?? null;
  });
  const warnings = [...new Set(answers.sets.flatMap((set) => set?.warnings ?? []))];
  return { ...answers, errors, data, warnings };
}
