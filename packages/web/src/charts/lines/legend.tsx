import { useMemo, useState } from 'react';
import { inUnit, type Unit } from '../../ui/units.ts';
import { useLineColours } from './use-line-colours.ts';
import classes from './lines.module.css';
import type { ChartLine } from './plot.ts';
import { pressed } from './pressed.ts';

const columns = [
  ['last', 'Last'],
  ['min', 'Min'],
  ['mean', 'Mean'],
  ['max', 'Max'],
] as const;
type Figure = (typeof columns)[number][0];

/** As many rows are drawn before one asks for all. */
const first = 60;

interface Order {
  readonly by: 'name' | Figure;
  readonly down: boolean;
}

function ordered(lines: readonly ChartLine[], { by, down }: Order): number[] {
  const indices = lines.map((_, index) => index);
  const sign = down ? -1 : 1;
  return indices.sort((one, other) => {
    const a = lines[one];
    const b = lines[other];
    if (a === undefined || b === undefined) return 0;
    if (by === 'name') return sign * a.name.localeCompare(b.name, 'en', { numeric: true });
    // Lines without a value come last, whichever way.
    if (Number.isNaN(a[by]) || Number.isNaN(b[by]))
      return Number(Number.isNaN(a[by])) - Number(Number.isNaN(b[by]));
    return sign * (a[by] - b[by]);
  });
}

/**
 * What the lines are: a click shows one alone and again all; with Ctrl or Cmd it hides or shows one. Sorts by any
 * column.
 */
export function Legend({
  lines,
  unit,
  hidden,
  at,
  lit,
  onHide,
  onLight,
}: {
  lines: readonly ChartLine[];
  unit: Unit;
  /** Keys of the lines that are not shown. */
  hidden: ReadonlySet<string>;
  /** The step under the crosshair, whose values then stand in place of the last. */
  at: number | null;
  lit: number | null;
  onHide: (hidden: ReadonlySet<string>) => void;
  onLight: (line: number | null) => void;
}) {
  const [order, setOrder] = useState<Order | null>(null);
  const [all, setAll] = useState(false);
  const colours = useLineColours(lines.length);
  const sorted = useMemo(
    () => (order === null ? lines.map((_, index) => index) : ordered(lines, order)),
    [lines, order],
  );
  const rows = all ? sorted : sorted.slice(0, first);

  const sort = (by: Order['by']): void =>
    setOrder((now) => (now?.by === by ? { by, down: !now.down } : { by, down: by !== 'name' }));
  const head = (by: Order['by'], title: string) => (
    <th
      key={by}
      scope="col"
      aria-sort={order?.by === by ? (order.down ? 'descending' : 'ascending') : undefined}
    >
      <button type="button" onClick={() => sort(by)}>
        {title}
        {order?.by === by ? <span aria-hidden="true">{order.down ? ' ↓' : ' ↑'}</span> : null}
      </button>
    </th>
  );

  return (
    <div className={classes['legend']}>
      <table aria-label="Legend">
        <thead>
          <tr>
            {head('name', lines.length === 1 ? '1 series' : `${lines.length.toLocaleString('en')} series`)}
            {columns.map(([by, title]) => head(by, by === 'last' && at !== null ? 'Here' : title))}
          </tr>
        </thead>
        <tbody onPointerLeave={() => onLight(null)}>
          {rows.map((index) => {
            const line = lines[index];
            if (line === undefined) return null;
            const off = hidden.has(line.key);
            return (
              <tr
                key={line.key}
                data-off={off || undefined}
                data-lit={lit === index || undefined}
                onPointerEnter={() => onLight(off ? null : index)}
              >
                <th scope="row">
                  <button
                    type="button"
                    aria-pressed={!off}
                    onClick={(event) => onHide(pressed(event, { lines, hidden, key: line.key }))}
                  >
                    <i style={{ background: colours[index] }} />
                    <span>{line.name}</span>
                  </button>
                </th>
                {columns.map(([by]) => (
                  <td key={by}>{inUnit(unit, by === 'last' && at !== null ? line.values[at] : line[by])}</td>
                ))}
              </tr>
            );
          })}
        </tbody>
      </table>
      {sorted.length > rows.length ? (
        <button type="button" className={classes['more']} onClick={() => setAll(true)}>
          Show all {sorted.length.toLocaleString('en')} series
        </button>
      ) : null}
    </div>
  );
}
