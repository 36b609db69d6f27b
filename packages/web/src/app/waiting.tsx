import { Logo } from '../ui/logo.tsx';
import { SkeletonRows } from '../ui/states.tsx';
import classes from './waiting.module.css';

/** The dashboard while the first answer is on its way. */
export function Waiting() {
  return (
    <main className={classes['waiting']} aria-busy="true">
      <h1>
        <Logo /> Custos
      </h1>
      <SkeletonRows rows={8} />
    </main>
  );
}
