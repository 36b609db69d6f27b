import type { Status } from '@custos/contract';
import type { ReactNode } from 'react';
import classes from './status.module.css';

/** Every status has a shape of its own, so that colour is never the only sign. */
const shapes: Record<Status, ReactNode> = {
  up: <circle cx="6" cy="6" r="4" fill="currentColor" />,
  degraded: <path d="M6 1.4 11.2 10.6H.8z" fill="currentColor" />,
  down: <rect x="1.4" y="1.4" width="9.2" height="9.2" rx="1" fill="currentColor" />,
  blocked: (
    <g fill="none" stroke="currentColor" strokeWidth="1.8">
      <circle cx="6" cy="6" r="4.3" />
      <path d="M3.2 8.8 8.8 3.2" />
    </g>
  ),
  paused: <path d="M2.4 2h2.6v8H2.4zM7 2h2.6v8H7z" fill="currentColor" />,
  maintenance: <path d="M6 .8 11.2 6 6 11.2.8 6z" fill="currentColor" />,
  unknown: (
    <circle
      cx="6"
      cy="6"
      r="4"
      fill="none"
      stroke="currentColor"
      strokeWidth="1.8"
      strokeDasharray="2.4 1.6"
    />
  ),
};

export const statusWords: Record<Status, string> = {
  up: 'Up',
  degraded: 'Degraded',
  down: 'Down',
  blocked: 'Blocked',
  paused: 'Paused',
  maintenance: 'Maintenance',
  unknown: 'Unknown',
};

/** Status by colour and shape; the word always stands near, so readers are told once. */
export function StatusMark({ status, size = 12 }: { status: Status; size?: number }) {
  return (
    <svg className={classes[status]} width={size} height={size} viewBox="0 0 12 12" aria-hidden="true">
      {shapes[status]}
    </svg>
  );
}

/** The word of a status, for places where its mark stands before the name. */
export function StatusWord({ status, quiet = false }: { status: Status; quiet?: boolean }) {
  return (
    <span className={`${classes['badge']} ${quiet ? classes['quiet'] : classes[status]}`}>
      {statusWords[status]}
    </span>
  );
}

/** Status as colour, shape and word. */
export function StatusBadge({ status }: { status: Status }) {
  return (
    <span className={`${classes['badge']} ${classes[status]}`}>
      <svg width="11" height="11" viewBox="0 0 12 12" aria-hidden="true">
        {shapes[status]}
      </svg>
      {statusWords[status]}
    </span>
  );
}
