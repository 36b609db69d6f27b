import classes from './rule-parts.module.css';

/** What a rule asks, in two lines at most. */
export function Asked({ text }: { text: string }) {
  return (
    <code className={classes['asked']} title={text}>
      {text}
    </code>
  );
}
