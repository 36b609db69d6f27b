import type { PanelView } from '@custos/contract';
import { SkeletonRows } from '../../../ui/states.tsx';
import { inUnit } from '../../../ui/units.ts';
import { ValueTable } from '../../../ui/value-table.tsx';
import type { BoardContext } from './context.ts';
import { PanelFault } from './fault.tsx';
import classes from './panels.module.css';
import { useValues } from './values.ts';

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
  const { values, error, pending } = useValues(panel, board);
  if (error !== null) return <PanelFault error={error} />;
  if (values.length === 0)
    return pending ? <SkeletonRows rows={3} height={28} /> : <p className={classes['none']}>No data</p>;
  return (
    // It scrolls, and what scrolls must be reachable by the keyboard.
    <div className={classes['scroll']} style={{ height }} tabIndex={0} role="group" aria-label={panel.title}>
      <ValueTable
        label={panel.title}
        heading="Series"
        rows={values.map(({ key, name, value }) => ({
          key,
          value,
          name: name === '' ? 'value' : name,
          text: inUnit(panel.unit, value),
        }))}
      />
    </div>
  );
}
