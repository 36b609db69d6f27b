import type { InstantResult, PanelView } from '@custos/contract';
import { useQueries } from '@tanstack/react-query';
import { useMemo } from 'react';
import { fromTemplate, seriesName } from '../../../charts/lines/names.ts';
import { gridOf } from '../../../charts/lines/series-set.ts';
import { instantQuery } from '../../../data/metrics.ts';
import { filledIn } from '../variables.ts';
import type { BoardContext } from './context.ts';

/** One series at the end of the time that is shown. */
export interface Value {
  readonly key: string;
  readonly name: string;
  readonly value: number;
}

function numberOf(text: string): number {
  return text === '+Inf' ? Infinity : text === '-Inf' ? -Infinity : Number(text);
}

function valuesOf(result: InstantResult, { legend, index }: { legend: string; index: number }): Value[] {
  switch (result.resultType) {
    case 'vector':
      return result.result.map(({ metric, value: [, text] }) => ({
        key: `${index}:${seriesName(metric)}`,
        name: legend === '' ? seriesName(metric) : fromTemplate(legend, metric),
        value: numberOf(text),
      }));
    case 'matrix':
      return [];
    case 'scalar':
    case 'string':
      return [{ key: String(index), name: legend, value: numberOf(result.result[1]) }];
  }
}

/** A panel's expressions at one time: the end of what is shown. */
export function useValues(panel: PanelView, { from, to, variables, chosen }: BoardContext) {
  // As wide as a figure's own line would be; it decides on the windows of rates only.
  const grid = useMemo(() => gridOf({ from, to }, 600), [from, to]);
  const asked = panel.queries
    .filter(({ expression }) => expression !== '')
    .map(({ expression, legend }) => ({
      legend,
      expression: filledIn(expression, { variables, chosen, stepMs: grid.stepMs }),
    }));
  const results = useQueries({
    queries: asked.map(({ expression }) => instantQuery(expression, grid.to)),
  });
  const values = results.flatMap(({ data, error }, index) =>
    data === undefined || error !== null
      ? []
      : valuesOf(data.data, { legend: asked[index]?.legend ?? '', index }),
  );
  return {
    grid,
    asked,
    values,
    error: results.find(({ error }) => error !== null)?.error ?? null,
    pending: results.some(({ isPending }) => isPending),
  };
}
