import type { PanelView } from '@custos/contract';
import classes from './panels.module.css';

/** Words beside the charts, as they were typed. */
export function TextPanel({ panel, height }: { panel: PanelView; height: number }) {
  return (
    <div className={classes['scroll']} style={{ height }} tabIndex={0} role="group" aria-label={panel.title}>
      <p className={classes['text']}>{panel.text}</p>
    </div>
  );
}
