import type { PanelView } from '@custos/contract';
import { useQueries, type UseQueryResult } from '@tanstack/react-query';
import { useMemo } from 'react';
import { LinesFigure } from '../../../charts/lines/lines-figure.tsx';
import { plotDataOf } from '../../../charts/lines/names.ts';
import { gridOf, type LineSet } from '../../../charts/lines/series-set.ts';
import { rangeQuery } from '../../../data/metrics.ts';
import { SkeletonBlock } from '../../../ui/states.tsx';
import { filledIn } from '../variables.ts';
import type { BoardContext } from './context.ts';
import { PanelFault } from './fault.tsx';
import { useWidth } from '../../../charts/use-width.ts';

const readoutPx = 19;
const namesPx = 44;

function combine(results: readonly UseQueryResult<LineSet>[]) {
  return {
    sets: results.map(({ data, error }) => (error === null ? data : undefined)),
    errors: results.flatMap(({ error }) => (error === null ? [] : [error])),
    pending: results.some(({ isPending }) => isPending),
  };
}

/** Lines over time. */
export function ChartPanel({
  panel,
  board,
  height,
}: {
  panel: PanelView;
  board: BoardContext;
  height: number;
}) {
  const [box, width] = useWidth();
  const { from, to, variables, chosen } = board;
  const grid = useMemo(() => gridOf({ from, to }, width), [from, to, width]);
  const queries = useMemo(
    () =>
      panel.queries
        .filter(({ expression }) => expression !== '')
        .map(({ expression, legend }) => ({
          legend,
          expression: filledIn(expression, { variables, chosen, stepMs: grid.stepMs }),
        })),
    [panel.queries, variables, chosen, grid],
  );
  const answers = useQueries({
    queries: queries.map(({ expression }) => rangeQuery(expression, grid)),
    combine,
  });
  const data = useMemo(
    () =>
      plotDataOf(
        answers.sets.flatMap((set, index) => {
          const query = queries[index];
          return set === undefined || query === undefined ? [] : [{ ...query, set, id: String(index) }];
        }),
        grid,
      ),
    [answers.sets, queries, grid],
  );
  const names = data.lines.length > 1 && board.large !== true;
  const plot = Math.max(
    60,
    height - readoutPx - (names ? namesPx : 0) - (answers.errors.length > 0 ? 24 : 0),
  );
  const { unit, stacked, min, max, thresholds } = panel;
  const look = useMemo(
    () => ({ from, to, height: plot, unit, stacked, min, max, thresholds }),
    [from, to, plot, unit, stacked, min, max, thresholds],
  );
  const [error] = answers.errors;
  return (
    <div ref={box}>
      {error === undefined ? null : <PanelFault error={error} />}
      {answers.pending && data.lines.length === 0 ? (
        <SkeletonBlock height={plot} />
      ) : error !== undefined && data.lines.length === 0 ? null : (
        <LinesFigure
          title={panel.title}
          data={data}
          look={look}
          legend={board.large === true ? 'table' : 'names'}
          onZoom={board.onZoom}
          onReset={board.onReset}
        />
      )}
    </div>
  );
}
