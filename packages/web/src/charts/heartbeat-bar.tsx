import type { BeatView } from '@custos/contract';
import { useEffect, useRef, type KeyboardEvent, type PointerEvent } from 'react';
import { ago, duration, latency } from '../ui/format.ts';
import { absolute } from '../ui/time.tsx';
import { drawBeats, spacing } from './draw-beats.ts';
import { hideNote, showNote } from './hover-note.ts';
import { onSchemeChange } from './palette.ts';
import { onWidth } from './resize.ts';
import classes from './heartbeat-bar.module.css';

const words: Record<BeatView['status'], string> = {
  up: 'Up',
  degraded: 'Degraded',
  down: 'Down',
  maintenance: 'In maintenance',
  inconclusive: 'Inconclusive: the fault was on our side',
};

function summary(name: string, beats: readonly BeatView[]): string {
  const bad = beats.filter((beat) => beat.status === 'down' || beat.status === 'degraded').length;
  const last = beats.at(-1);
  if (last === undefined) return `${name}: no checks yet`;
  const troubled = bad === 0 ? 'all good' : `${bad} not up`;
  return `${name}: last ${beats.length} checks, ${troubled}; latest ${words[last.status]}, ${latency(last.latencyMs)}. Arrow keys move through them.`;
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
  const start = useRef<HTMLSpanElement>(null);
  const view = useRef({ width: 0, marked: null as number | null });

  const spaced = () => spacing(view.current.width, beats.length, ends);
  const shownCount = (): number => Math.min(beats.length, spaced().fits);

  const draw = useRef(() => undefined as void);
  draw.current = () => {
    if (canvas.current === null) return;
    drawBeats(canvas.current, beats, { ...view.current, height, faded, stretch: ends });
    const oldest = beats.slice(-shownCount()).at(0);
    const newest = beats.at(-1);
    if (start.current !== null && oldest !== undefined && newest !== undefined) {
      start.current.textContent = `${duration(Math.max(1000, newest.at - oldest.at))} ago`;
    }
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

  function mark(index: number | null): void {
    const element = canvas.current;
    const shown = beats.slice(-shownCount());
    const beat = index === null ? undefined : shown[index];
    view.current.marked = beat === undefined ? null : index;
    draw.current();
    if (element === null || beat === undefined || index === null) {
      hideNote();
      return;
    }
    const box = element.getBoundingClientRect();
    const newest = index === shown.length - 1;
    showNote(
      [
        `${words[beat.status]}${beat.latencyMs === null ? '' : ` · ${latency(beat.latencyMs)}`}`,
        ...(newest && reason !== '' ? [reason] : []),
        `${absolute(beat.at)} · ${ago(beat.at, Date.now())}`,
      ],
      { x: box.right - (shown.length - index - 0.5) * spaced().step, top: box.top, bottom: box.bottom },
    );
  }

  function onPointerMove(event: PointerEvent<HTMLCanvasElement>): void {
    const box = event.currentTarget.getBoundingClientRect();
    const fromRight = Math.floor((box.right - event.clientX) / spaced().step);
    mark(shownCount() - 1 - fromRight);
  }

  function onKeyDown(event: KeyboardEvent): void {
    const last = shownCount() - 1;
    const now = view.current.marked ?? last;
    const next = { ArrowLeft: now - 1, ArrowRight: now + 1, Home: 0, End: last }[event.key];
    if (next === undefined) return;
    event.preventDefault();
    mark(Math.max(0, Math.min(last, next)));
  }

  return (
    <div className={classes['bar']}>
      <canvas
        ref={canvas}
        className={classes['canvas']}
        style={{ height }}
        role="img"
        tabIndex={0}
        aria-label={summary(name, beats)}
        onPointerMove={onPointerMove}
        onPointerLeave={() => mark(null)}
        onKeyDown={onKeyDown}
        onFocus={(event) => {
          if (event.currentTarget.matches(':focus-visible')) mark(shownCount() - 1);
        }}
        onBlur={() => mark(null)}
      />
      {ends && beats.length > 1 ? (
        <div className={classes['ends']} aria-hidden="true">
          <span ref={start} />
          <span>now</span>
        </div>
      ) : null}
    </div>
  );
}
