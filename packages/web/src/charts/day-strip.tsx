import type { DayRollupView } from '@custos/contract';
import { useEffect, useRef, useState } from 'react';
import { useNow } from '../ui/clock.ts';
import { createDayPainter, dayHeight, type Day } from './day-painter.ts';
import classes from './heartbeat-bar.module.css';

const dayMs = 86_400_000;

/** The last `count` days, oldest first, with what is known of each. */
function lastDays(rollups: readonly DayRollupView[], count: number, now: number): Day[] {
  const known = new Map(rollups.map((rollup) => [rollup.day, rollup]));
  return Array.from({ length: count }, (_, index) => {
    const at = now - (count - 1 - index) * dayMs;
    const day = new Date(at).toISOString().slice(0, 10);
    const lengthMs = index === count - 1 ? Math.max(60_000, now % dayMs) : dayMs;
    return { day, rollup: known.get(day), lengthMs };
  });
}

/**
 * One tick per day, UTC: calm days are level, bad ones taller with a stripe for the time that was down or
 * degraded, days without data a grey dash.
 */
export function DayStrip({
  days: rollups,
  name,
  count = 90,
}: {
  days: readonly DayRollupView[];
  name: string;
  count?: number;
}) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const [painter] = useState(createDayPainter);
  const now = useNow(60_000);
  const days = lastDays(rollups, count, now);

  useEffect(() => painter.show(days));
  useEffect(() => (canvas.current === null ? undefined : painter.attach(canvas.current)), [painter]);

  const measuredDays = days.filter(({ rollup }) => rollup !== undefined && rollup.uptime !== null);
  const downDays = measuredDays.filter(({ rollup }) => (rollup?.down ?? 0) > 0).length;
  const slowDays = measuredDays.filter(({ rollup }) => (rollup?.degraded ?? 0) > 0).length;
  return (
    <div className={classes['bar']}>
      <canvas
        ref={canvas}
        className={classes['canvas']}
        style={{ height: dayHeight }}
        role="img"
        tabIndex={0}
        aria-label={`${name}: of ${measuredDays.length} measured days, ${downDays} had time down and ${slowDays} had degraded time. Arrow keys move through the days.`}
        onPointerMove={(event) => painter.pointAt(event.clientX)}
        onPointerLeave={painter.leave}
        onKeyDown={(event) => {
          if (painter.press(event.key)) event.preventDefault();
        }}
        onBlur={painter.leave}
      />
      <div className={classes['ends']} aria-hidden="true">
        <span>{count} days ago</span>
        <span>today</span>
      </div>
    </div>
  );
}
