import type { DayRollupView } from '@custos/contract';
import { useEffect, useRef, type KeyboardEvent } from 'react';
import { duration, share } from '../ui/format.ts';
import { hideNote, showNote } from './hover-note.ts';
import { onSchemeChange, palette } from './palette.ts';
import { onWidth } from './resize.ts';
import classes from './heartbeat-bar.module.css';

const height = 30;
const dayMs = 86_400_000;

interface Day {
  readonly day: string;
  readonly rollup: DayRollupView | undefined;
}

/** The last `count` days, oldest first, with what is known of each. */
function lastDays(rollups: readonly DayRollupView[], count: number): Day[] {
  const known = new Map(rollups.map((rollup) => [rollup.day, rollup]));
  return Array.from({ length: count }, (_, index) => {
    const day = new Date(Date.now() - (count - 1 - index) * dayMs).toISOString().slice(0, 10);
    return { day, rollup: known.get(day) };
  });
}

function lines({ day, rollup }: Day): string[] {
  if (rollup === undefined || rollup.uptime === null) return [day, 'No data'];
  const lost = (1 - rollup.uptime) * dayMs;
  return [
    `${day} · ${share(rollup.uptime)} up`,
    rollup.down === 0
      ? 'No failed checks'
      : `${rollup.down} of ${rollup.checks} checks failed, about ${duration(lost)}`,
  ];
}

/** One tick per day, UTC: full height is a day without failures, shorter and coloured otherwise, grey without data. */
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
  const view = useRef({ width: 0, marked: -1 });
  const days = lastDays(rollups, count);

  const draw = useRef(() => undefined as void);
  draw.current = () => {
    const element = canvas.current;
    const context = element?.getContext('2d');
    const { width, marked } = view.current;
    if (element === null || context === null || context === undefined || width === 0) return;
    const scale = window.devicePixelRatio;
    element.width = Math.round(width * scale);
    element.height = Math.round(height * scale);
    context.setTransform(scale, 0, 0, scale, 0, 0);
    const colours = palette();
    const step = width / days.length;
    days.forEach(({ rollup }, index) => {
      const uptime = rollup?.uptime ?? null;
      context.fillStyle =
        uptime === null
          ? colours.line
          : uptime >= 0.9995
            ? colours.up
            : uptime >= 0.99
              ? colours.degraded
              : colours.down;
      context.globalAlpha = marked === -1 || marked === index ? 1 : 0.55;
      const tall =
        uptime === null ? 6 : uptime >= 0.9995 ? height * 0.7 : uptime >= 0.99 ? height * 0.85 : height;
      context.beginPath();
      context.roundRect(index * step, (height - tall) / 2, Math.max(1.5, step - 2), tall, 1.5);
      context.fill();
    });
  };
  useEffect(() => draw.current());
  useEffect(() => {
    const element = canvas.current;
    if (element === null) return undefined;
    const stops = [
      onWidth(element, (width) => {
        view.current.width = width;
        draw.current();
      }),
      onSchemeChange(() => draw.current()),
    ];
    return () => {
      for (const stop of stops) stop();
    };
  }, []);

  function mark(index: number): void {
    const day = days[index];
    view.current.marked = day === undefined ? -1 : index;
    draw.current();
    const box = canvas.current?.getBoundingClientRect();
    if (day === undefined || box === undefined) {
      hideNote();
      return;
    }
    const x = box.left + ((index + 0.5) * box.width) / days.length;
    showNote(lines(day), { x, top: box.top, bottom: box.bottom });
  }

  function onKeyDown(event: KeyboardEvent): void {
    const now = view.current.marked === -1 ? days.length - 1 : view.current.marked;
    const next = { ArrowLeft: now - 1, ArrowRight: now + 1, Home: 0, End: days.length - 1 }[event.key];
    if (next === undefined) return;
    event.preventDefault();
    mark(Math.max(0, Math.min(days.length - 1, next)));
  }

  const measuredDays = days.filter(({ rollup }) => rollup?.uptime !== null && rollup !== undefined);
  const perfect = measuredDays.filter(({ rollup }) => rollup?.down === 0).length;
  return (
    <div className={classes['bar']}>
      <canvas
        ref={canvas}
        className={classes['canvas']}
        style={{ height }}
        role="img"
        tabIndex={0}
        aria-label={`${name}: ${perfect} of ${measuredDays.length} measured days without a failed check. Arrow keys move through the days.`}
        onPointerMove={(event) => {
          const box = event.currentTarget.getBoundingClientRect();
          mark(Math.floor(((event.clientX - box.left) / box.width) * days.length));
        }}
        onPointerLeave={() => mark(-1)}
        onKeyDown={onKeyDown}
        onBlur={() => mark(-1)}
      />
      <div className={classes['ends']} aria-hidden="true">
        <span>{count} days ago</span>
        <span>today</span>
      </div>
    </div>
  );
}
