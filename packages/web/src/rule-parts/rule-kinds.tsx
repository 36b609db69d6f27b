import { Link } from '@tanstack/react-router';
import { useCan } from '../data/queries.ts';
import classes from '../ui/filter-bar.module.css';

const kinds = [
  ['/rules', 'On probes', 'alert.read'],
  ['/metric-rules', 'On metrics', 'metric.read'],
  ['/log-rules', 'On logs', 'log.read'],
] as const;

function Kind({
  to,
  title,
  permission,
}: {
  to: (typeof kinds)[number][0];
  title: string;
  permission: (typeof kinds)[number][2];
}) {
  if (!useCan(permission)) return null;
  return (
    <Link to={to} activeOptions={{ includeSearch: false }}>
      {title}
    </Link>
  );
}

/** From the rules on one thing to those on another. */
export function RuleKinds() {
  return (
    <nav className={`${classes['choices']} ${classes['kinds']}`} aria-label="Rules on">
      {kinds.map(([to, title, permission]) => (
        <Kind key={to} to={to} title={title} permission={permission} />
      ))}
    </nav>
  );
}
