import { Button } from '@mantine/core';
import { IconAlertCircle, IconLock, IconRefresh } from '@tabler/icons-react';
import type { ReactNode } from 'react';
import classes from './states.module.css';
import { Ago } from './time.tsx';

/** Nothing to show: what this is, or how to widen what was asked, and one way on. */
export function Empty({
  title,
  children,
  action,
  icon,
  page = false,
}: {
  title: string;
  children?: ReactNode;
  action?: ReactNode;
  icon?: ReactNode;
  /** True when this is all that the page says, so that its title is the page's. */
  page?: boolean;
}) {
  const Title = page ? 'h1' : 'h2';
  return (
    <div className={classes['state']}>
      {icon === undefined ? null : <div className={classes['icon']}>{icon}</div>}
      <Title>{title}</Title>
      {children === undefined ? null : <p>{children}</p>}
      {action}
    </div>
  );
}

/** What happened, its code, and a way to try again. */
export function Problem({
  title,
  detail,
  code,
  requestId,
  onRetry,
}: {
  title: string;
  detail: string;
  code: string;
  requestId: string | null;
  onRetry?: () => void;
}) {
  return (
    <div className={classes['state']} role="alert">
      <div className={classes['icon']}>
        <IconAlertCircle size={22} stroke={1.6} />
      </div>
      <h2>{title}</h2>
      <p>{detail}</p>
      <p className={classes['code']}>
        {code}
        {requestId === null ? '' : ` · request ${requestId}`}
      </p>
      {onRetry === undefined ? null : (
        <Button variant="default" size="xs" leftSection={<IconRefresh size={14} />} onClick={onRetry}>
          Try again
        </Button>
      )}
    </div>
  );
}

/** The person lacks a permission: which, and whom to ask. */
export function Forbidden({ detail }: { detail: string }) {
  return (
    <Empty title="You may not see this" icon={<IconLock size={22} stroke={1.6} />}>
      {detail} Ask an administrator of this installation for a role that has it.
    </Empty>
  );
}

/** One line above content that could not be refreshed. */
export function StaleNote({ at, detail, onRetry }: { at: number; detail: string; onRetry?: () => void }) {
  return (
    <div className={classes['note']} role="status">
      <span>
        Shown as it was <Ago at={at} />. {detail}
      </span>
      {onRetry === undefined ? null : (
        <Button variant="subtle" size="compact-xs" onClick={onRetry}>
          Try again
        </Button>
      )}
    </div>
  );
}

/** One line that says that a part does not work as it should. */
export function PartialNote({ part, reason }: { part: string; reason: string }) {
  return (
    <div className={classes['note']} role="status">
      <span>
        <strong>{part}</strong> {reason}
      </span>
    </div>
  );
}

/** Grey lines in the shape of a list while it loads. */
export function SkeletonRows({ rows = 8, height = 40 }: { rows?: number; height?: number }) {
  return (
    <div className={classes['skeleton']} role="status" aria-label="Loading">
      {Array.from({ length: rows }, (_, index) => (
        <div key={index} style={{ height }}>
          <i style={{ width: `${14 + ((index * 37) % 18)}%` }} />
          <i style={{ width: `${24 + ((index * 53) % 30)}%` }} />
          <i style={{ width: '8%' }} />
        </div>
      ))}
    </div>
  );
}

/** A grey block in the shape of a chart or a figure. */
export function SkeletonBlock({ height }: { height: number }) {
  return <div className={classes['block']} style={{ height }} role="status" aria-label="Loading" />;
}
