import type { PanelView } from '@custos/contract';
import { useState } from 'react';
import { SkeletonRows } from '../../../ui/states.tsx';
import { inUnit } from '../../../ui/units.ts';
import type { BoardContext } from './context.ts';
import { PanelFault } from './fault.tsx';
import classes from './panels.module.css';
import { useValues } from './values.ts';

const most = 200;

/** Each series with its value at the end of the time that is shown. */
export function TablePanel({
  panel,
  board,
  height,
}: {
  panel: PanelView;
  board: BoardContext;
  height: number;
}) {
  const [byValue, setByValue] = useState(true);
  const { values, error, pending } = useValues(panel, board);
  if (error !== null) return <PanelFault error={error} />;
  if (values.length === 0)
    return pending ? <SkeletonRows rows={3} height={28} /> : <p className={classes['none']}>No data</p>;
  const rows = values.toSorted((one, other) =>
    byValue ? other.value - one.value : one.name.localeCompare(other.name, 'en', { numeric: true }),
  );
  return (
    // It scrolls, and what scrolls must be reachable by the keyboard.
    <div className={classes['scroll']} style={{ height }} tabIndex={0} role="group" aria-label={panel.title}>
      <table className={classes['table']}>
        <thead>
          <tr>
            <th scope="col" aria-sort={byValue ? undefined : 'ascending'}>
              <button type="button" onClick={() => setByValue(false)}>
                Series{byValue ? '' : ' ↑'}
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
          {rows.slice(0, most).map(({ key, name, value }) => (
            <tr key={key}>
              <td>{name === '' ? 'value' : name}</td>
              <td>{inUnit(panel.unit, value)}</td>
            </tr>
          ))}
        </tbody>
      </table>
      {rows.length > most ? <p className="faint">and {rows.length - most} more</p> : null}
    </div>
  );
}
