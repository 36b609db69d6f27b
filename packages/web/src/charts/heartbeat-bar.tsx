import type { BeatView } from '@custos/contract';
import { useEffect, useRef, useState } from 'react';
import { latency } from '../ui/format.ts';
import { beatWords, createBeatPainter } from './beat-painter.ts';
import classes from './heartbeat-bar.module.css';

function summary(name: string, beats: readonly BeatView[]): string {
  const bad = beats.filter((beat) => beat.status === 'down' || beat.status === 'degraded').length;
  const last = beats.at(-1);
  if (last === undefined) return `${name}: no checks yet`;
  const troubled = bad === 0 ? 'all good' : `${bad} not up`;
  return `${name}: last ${beats.length} checks, ${troubled}; latest ${beatWords[last.status]}, ${latency(last.latencyMs)}. Arrow keys move through them.`;
}

/**
 * The last checks of a probe as ticks, newest at the right. Hover or the arrow keys say when, what and how
 * fast. Drawn on a canvas of its own, without any React work per tick.
 */
export function HeartbeatBar({
  name,
  beats,
  height = 22,
  faded = false,
  ends = false,
  reason = '',
}: {
  name: string;
  beats: readonly BeatView[];
  height?: number;
  /** True when what is shown may be out of date: nothing is drawn green. */
  faded?: boolean;
  /** Labels both ends with their times. */
  ends?: boolean;
  /** Why the newest beat is what it is. */
  reason?: string;
}) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const oldest = useRef<HTMLSpanElement>(null);
  const newest = useRef<HTMLSpanElement>(null);
  const [painter] = useState(createBeatPainter);

  useEffect(() => {
    painter.show({ beats, height, faded, stretch: ends, reason });
  }, [painter, beats, height, faded, ends, reason]);
  useEffect(() => {
    if (canvas.current === null) return undefined;
    const labels =
      oldest.current === null || newest.current === null
        ? null
        : { oldest: oldest.current, newest: newest.current };
    return painter.attach(canvas.current, labels);
  }, [painter]);

  return (
    <div className={classes['bar']}>
      <canvas
        ref={canvas}
        className={classes['canvas']}
        style={{ height }}
        role="img"
        tabIndex={0}
        aria-label={summary(name, beats)}
        onPointerMove={(event) => painter.pointAt(event.clientX)}
        onPointerLeave={painter.leave}
        onKeyDown={(event) => {
          if (painter.press(event.key)) event.preventDefault();
        }}
        onFocus={(event) => {
          if (event.currentTarget.matches(':focus-visible')) painter.pointAtNewest();
        }}
        onBlur={painter.leave}
      />
      {ends ? (
        <div className={classes['ends']} aria-hidden="true">
          <span ref={oldest} />
          <span ref={newest} />
        </div>
      ) : null}
    </div>
  );
}
