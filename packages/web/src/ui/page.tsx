import { useEffect, type ReactNode } from 'react';
import classes from './page.module.css';

/** A page: its title, what can be done on it, and its content. Sets the tab's title too. */
export function Page({
  title,
  mark,
  lead,
  actions,
  narrow = false,
  hidden = false,
  frame = false,
  children,
}: {
  title: string;
  mark?: ReactNode;
  lead?: ReactNode;
  actions?: ReactNode;
  narrow?: boolean;
  /** The page says its title in its own way. */
  hidden?: boolean;
  /** Only the room for a page that says its own title, a `SubPage`. */
  frame?: boolean;
  children: ReactNode;
}) {
  useEffect(() => {
    if (!frame) document.title = `${title} · Custos`;
  }, [frame, title]);
  return (
    <div className={`${classes['page']} ${narrow ? classes['narrow'] : ''}`}>
      {frame ? null : hidden ? (
        <h1 className="visually-hidden">{title}</h1>
      ) : (
        <header className={classes['head']}>
          <div className={classes['titles']}>
            <h1>
              {mark}
              {title}
            </h1>
            {lead === undefined ? null : <div className={classes['lead']}>{lead}</div>}
          </div>
          {actions === undefined ? null : <div className={classes['actions']}>{actions}</div>}
        </header>
      )}
      {children}
    </div>
  );
}

/** A page inside another's frame, such as a section of the settings. Sets the tab's title too. */
export function SubPage({
  title,
  lead,
  actions,
  children,
}: {
  title: string;
  lead?: ReactNode;
  actions?: ReactNode;
  children: ReactNode;
}) {
  useEffect(() => {
    document.title = `${title} · Custos`;
  }, [title]);
  return (
    <>
      <header className={classes['head']}>
        <div className={classes['titles']}>
          <h1>{title}</h1>
          {lead === undefined ? null : <div className={classes['lead']}>{lead}</div>}
        </div>
        {actions === undefined ? null : <div className={classes['actions']}>{actions}</div>}
      </header>
      {children}
    </>
  );
}

/** A part of a page under its own heading. */
export function Section({
  title,
  aside,
  children,
}: {
  title: string;
  aside?: ReactNode;
  children: ReactNode;
}) {
  return (
    <section className={classes['section']} aria-label={title}>
      <div className={classes['sectionHead']}>
        <h2>{title}</h2>
        {aside === undefined ? null : <div className={classes['aside']}>{aside}</div>}
      </div>
      {children}
    </section>
  );
}

/** Figures side by side, divided by hairlines. */
export function Figures({ children }: { children: ReactNode }) {
  return <dl className={classes['figures']}>{children}</dl>;
}

export function Figure({ label, value, note }: { label: string; value: ReactNode; note?: ReactNode }) {
  return (
    <div className={classes['figure']}>
      <dt>{label}</dt>
      <dd>{value}</dd>
      {note === undefined ? null : <dd className={classes['figureNote']}>{note}</dd>}
    </div>
  );
}

/** Pairs of a name and a value, one under the other. */
export function Facts({ facts }: { facts: readonly (readonly [string, ReactNode])[] }) {
  return (
    <dl className={classes['facts']}>
      {facts.map(([name, value]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}
