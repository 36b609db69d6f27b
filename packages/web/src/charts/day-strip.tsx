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
    const day = new Date(now - (count - 1 - index) * dayMs).toISOString().slice(0, 10);
    return { day, rollup: known.get(day) };
  });
}

/** One tick per day, UTC: calm days are level, bad ones taller and coloured, days without data a grey dash. */
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
  const perfect = measuredDays.filter(({ rollup }) => rollup?.down === 0).length;
  return (
    <div className={classes['bar']}>
      <canvas
        ref={canvas}
        className={classes['canvas']}
        style={{ height: dayHeight }}
        role="img"
        tabIndex={0}
        aria-label={`${name}: ${perfect} of ${measuredDays.length} measured days without a failed check. Arrow keys move through the days.`}
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
