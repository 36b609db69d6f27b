import { Tooltip } from '@mantine/core';
import { useState } from 'react';
import { useNow } from './clock.ts';
import { ago, duration } from './format.ts';

const local = new Intl.DateTimeFormat('en-GB', {
  dateStyle: 'medium',
  timeStyle: 'medium',
});

/** An instant in the reader's own zone: `21 Nov 2026, 09:15:02`. */
export function absolute(at: number): string {
  return local.format(at);
}

const localDay = new Intl.DateTimeFormat('en-GB', { dateStyle: 'medium' });

/** The day of an instant in the reader's own zone: `21 Nov 2026`. */
export function day(at: number): string {
  return localDay.format(at);
}

/** RFC 3339 in UTC, for copying. */
function utc(at: number): string {
  return new Date(at).toISOString();
}

/** A time, relative; hover gives local time and UTC, a click copies UTC. */
export function Ago({ at, empty = '–' }: { at: number | null; empty?: string }) {
  const roughly = useNow(15_000);
  const age = at === null ? 0 : Math.abs(roughly - at);
  const now = useNow(age < 60_000 ? 1000 : 15_000);
  const [copied, setCopied] = useState(false);
  if (at === null) return <span className="faint">{empty}</span>;
  const copy = async (): Promise<void> => {
    await navigator.clipboard?.writeText(utc(at)).catch(() => undefined);
    setCopied(true);
    window.setTimeout(() => setCopied(false), 1500);
  };
  return (
    <Tooltip
      label={
        <>
          {absolute(at)}
          <br />
          {copied ? 'Copied' : utc(at)}
        </>
      }
    >
      <time dateTime={utc(at)} className="ago" onDoubleClick={() => void copy()}>
        {ago(at, now)}
      </time>
    </Tooltip>
  );
}

/** How long something has lasted, counting on: `for 3 min 12 s`. */
export function Since({ at }: { at: number | null }) {
  const now = useNow();
  if (at === null) return null;
  return <span title={absolute(at)}>{duration(Math.max(1000, now - at))}</span>;
}
