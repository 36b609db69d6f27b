import type { InstantResult } from '@custos/contract';
import { useQueries } from '@tanstack/react-query';
import { useMemo } from 'react';
import { seriesName } from '../../charts/lines/names.ts';
import { instantQuery } from '../../data/metrics.ts';
import { Empty, SkeletonRows } from '../../ui/states.tsx';
import { absolute } from '../../ui/time.tsx';
import { inUnit, type Unit } from '../../ui/units.ts';
import { ValueTable } from '../../ui/value-table.tsx';

interface Row {
  readonly key: string;
  readonly letter: string;
  readonly name: string;
  readonly value: number;
  /** As the engine wrote it. */
  readonly text: string;
}

function valueOf(text: string): number {
  return text === '+Inf' ? Infinity : text === '-Inf' ? -Infinity : Number(text);
}

function rowsOf(result: InstantResult, letter: string): Row[] {
  switch (result.resultType) {
    case 'vector':
      return result.result.map(({ metric, value: [, text] }) => {
        const name = seriesName(metric);
        return {
          key: `${letter}${name}`,
          letter,
          name: name === '' ? '{}' : name,
          value: valueOf(text),
          text,
        };
      });
    case 'matrix':
      return result.result.map(({ metric, values }) => {
        const text = values.at(-1)?.[1] ?? '';
        const name = seriesName(metric);
        return {
          key: `${letter}${name}`,
          letter,
          name: `${name} (${values.length} values; the last)`,
          value: valueOf(text),
          text,
        };
      });
    case 'scalar':
    case 'string': {
      const [, text] = result.result;
      return [{ key: letter, letter, name: result.resultType, value: valueOf(text), text }];
    }
  }
}

/** What the expressions give at the end of the time that is chosen, highest first or by name. */
export function TableView({
  expressions,
  at,
  unit,
}: {
  expressions: readonly { readonly letter: string; readonly expression: string }[];
  at: number;
  unit: Unit;
}) {
  const results = useQueries({
    queries: expressions.map(({ expression }) => instantQuery(expression, at)),
    combine: (each) => ({
      data: each.map(({ data }) => data?.data),
      pending: each.some(({ isPending }) => isPending),
      failed: each.every(({ error }) => error !== null),
    }),
  });
  const rows = useMemo(
    () =>
      results.data.flatMap((result, index) =>
        result === undefined
          ? []
          : rowsOf(result, expressions[index]?.letter ?? '').map(({ key, letter, name, value, text }) => ({
              key,
              name,
              value,
              mark: expressions.length > 1 ? letter : undefined,
              text: inUnit(unit, value) === '–' ? text : inUnit(unit, value),
              exact: text,
            })),
      ),
    [results.data, expressions, unit],
  );
  if (results.pending && rows.length === 0) return <SkeletonRows />;
  if (rows.length === 0)
    return results.failed ? null : (
      <Empty title="No series at this time">
        Nothing has a value at {absolute(at)}. A metric that is no longer sent ends after five minutes.
      </Empty>
    );
  return (
    <ValueTable
      label="Values"
      heading={`${rows.length.toLocaleString('en')} series at ${absolute(at)}`}
      rows={rows}
    />
  );
}
