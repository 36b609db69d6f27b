import { Tooltip } from '@mantine/core';
import { useLiveState } from '../../data/live-state.ts';
import { useNow } from '../../ui/clock.ts';
import { duration } from '../../ui/format.ts';
import classes from './shell.module.css';

const behindMs = 5000;

/** Connected, behind by n seconds, or offline with the age of what is shown; in words and a shape. */
export function LiveIndicator() {
  const live = useLiveState();
  const now = useNow();
  const age = duration(Math.max(1000, now - live.heardAt));
  if (live.connection === 'offline' || live.connection === 'refused') {
    return (
      <Tooltip label="The connection is lost and is tried again by itself. What is shown is the last known state.">
        <span className={classes['live']} data-state="offline" role="status">
          <svg width="10" height="10" viewBox="0 0 10 10" aria-hidden="true">
            <path d="M1.5 1.5 8.5 8.5M8.5 1.5 1.5 8.5" stroke="currentColor" strokeWidth="1.8" />
          </svg>
          Offline, {age} old
        </span>
      </Tooltip>
    );
  }
  if (live.connection === 'live' && live.lateMs > behindMs) {
    return (
      <span className={classes['live']} data-state="behind" role="status">
        <svg width="10" height="10" viewBox="0 0 10 10" aria-hidden="true">
          <path d="M5 1 9.5 9h-9z" fill="currentColor" />
        </svg>
        Behind by {duration(live.lateMs)}
      </span>
    );
  }
  const connecting = live.connection === 'connecting';
  return (
    <Tooltip label={connecting ? 'Connecting' : `Live. Last event ${age} ago.`}>
      <span className={classes['live']} data-state={live.connection}>
        <svg width="10" height="10" viewBox="0 0 10 10" aria-hidden="true">
          {connecting ? (
            <circle cx="5" cy="5" r="3.4" fill="none" stroke="currentColor" strokeWidth="1.4" />
          ) : (
            <circle cx="5" cy="5" r="4" fill="currentColor" />
          )}
        </svg>
        <span>{connecting ? 'Connecting' : 'Live'}</span>
      </span>
    </Tooltip>
  );
}
