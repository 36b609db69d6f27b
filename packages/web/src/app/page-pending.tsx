import { SkeletonRows } from '../ui/states.tsx';
import classes from './waiting.module.css';

/** A page while its code is on its way. */
export function PagePending() {
  return (
    <div className={classes['waiting']} aria-busy="true">
      <SkeletonRows rows={8} />
    </div>
  );
}
