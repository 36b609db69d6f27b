import { IconAlertCircle } from '@tabler/icons-react';
import type { ReactNode } from 'react';
import classes from './traces.module.css';

/** Something failed: colour, shape and word. */
export function ErrorMark({ children }: { children: ReactNode }) {
  return (
    <span className={classes['error']}>
      <IconAlertCircle size={14} stroke={1.8} aria-hidden="true" />
      {children}
    </span>
  );
}
