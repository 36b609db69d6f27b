import { useEffect, type ReactNode } from 'react';
import { Logo } from '../../ui/logo.tsx';
import classes from './entry.module.css';

/** The quiet frame of the pages outside the dashboard. */
export function EntryFrame({ title, lead, children }: { title: string; lead: string; children: ReactNode }) {
  useEffect(() => {
    document.title = `${title} · Custos`;
  }, [title]);
  return (
    <main className={classes['frame']}>
      <div className={classes['box']}>
        <Logo size={34} />
        <h1>{title}</h1>
        <p>{lead}</p>
        {children}
      </div>
    </main>
  );
}
