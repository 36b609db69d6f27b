import type { InstantResult } from '@custos/contract';
import { useQueries } from '@tanstack/react-query';
import { useMemo, useState } from 'react';
import { seriesName } from '../../charts/lines/names.ts';
import { instantQuery } from '../../data/metrics.ts';
import { Empty, SkeletonRows } from '../../ui/states.tsx';
import { absolute } from '../../ui/time.tsx';
import { inUnit, type Unit } from '../../ui/units.ts';
import classes from './metrics.module.css';

interface Row {
  readonly key: string;
  readonly letter: string;
  readonly name: string;
  readonly value: number;
  /** As the engine wrote it. */
  readonly text: string;
}

/** Rows that are drawn before one asks for all. */
const first = 200;

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
  const [byValue, setByValue] = useState(true);
  const [all, setAll] = useState(false);
  const results = useQueries({
    queries: expressions.map(({ expression }) => instantQuery(expression, at)),
    combine: (each) => ({
      data: each.map(({ data }) => data?.data),
      pending: each.some(({ isPending }) => isPending),
      failed: each.every(({ error }) => error !== null),
    }),
  });
  const rows = useMemo(() => {
    const found = results.data.flatMap((result, index) =>
      result === undefined ? [] : rowsOf(result, expressions[index]?.letter ?? ''),
    );
    return found.sort((one, other) =>
      byValue
        ? other.value - one.value || one.name.localeCompare(other.name)
        : one.name.localeCompare(other.name, 'en', { numeric: true }),
    );
  }, [results.data, expressions, byValue]);
  if (results.pending && rows.length === 0) return <SkeletonRows />;
  if (rows.length === 0)
    return results.failed ? null : (
      <Empty title="No series at this time">
        Nothing has a value at {absolute(at)}. A metric that is no longer sent ends after five minutes.
      </Empty>
    );
  return (
    <>
      <table className={classes['table']} aria-label="Values">
        <thead>
          <tr>
            <th scope="col" aria-sort={byValue ? undefined : 'ascending'}>
              <button type="button" onClick={() => setByValue(false)}>
                {rows.length.toLocaleString('en')} series at {absolute(at)}
              </button>
            </th>
            <th scope="col" aria-sort={byValue ? 'descending' : undefined}>
              <button type="button" onClick={() => setByValue(true)}>
                Value{byValue ? ' ↓' : ''}
              </button>
            </th>
          </tr>
        </thead>
        <tbody>
          {(all ? rows : rows.slice(0, first)).map((row) => (
            <tr key={row.key}>
              <td className="mono">
                {expressions.length > 1 ? <span className="faint">{row.letter} </span> : null}
                {row.name}
              </td>
              <td title={row.text}>{inUnit(unit, row.value) === '–' ? row.text : inUnit(unit, row.value)}</td>
            </tr>
          ))}
        </tbody>
      </table>
      {all || rows.length <= first ? null : (
        <button type="button" className={classes['more']} onClick={() => setAll(true)}>
          Show all {rows.length.toLocaleString('en')} series
        </button>
      )}
    </>
  );
}
