import type { AuditFilter } from '@custos/client';
import { useQuery } from '@tanstack/react-query';
import { useRef, useState, type KeyboardEvent, type PointerEvent } from 'react';
import { hideNote, showNote } from '../../charts/hover-note.ts';
import { explain, isForbidden } from '../../data/problem.ts';
import { count, duration } from '../../ui/format.ts';
import { PartialNote, SkeletonBlock } from '../../ui/states.tsx';
import classes from './histogram.module.css';
import { histogramQuery } from './queries.ts';
import { countsOf, stepsOf } from './steps.ts';

const minuteMs = 60_000;
const dayMs = 86_400_000;
/** A search through all time is drawn over the last year. */
const longestMs = 365 * dayMs;

const day = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short', year: 'numeric' });
const toTheMinute = new Intl.DateTimeFormat('en-GB', {
  day: 'numeric',
  month: 'short',
  hour: '2-digit',
  minute: '2-digit',
});
const toTheSecond = new Intl.DateTimeFormat('en-GB', {
  day: 'numeric',
  month: 'short',
  hour: '2-digit',
  minute: '2-digit',
  second: '2-digit',
});

function instant(at: number, stepMs: number): string {
  if (stepMs >= dayMs) return day.format(at);
  return (stepMs >= minuteMs ? toTheMinute : toTheSecond).format(at);
}

interface Bar {
  readonly at: number;
  readonly count: number;
}

/** The bars themselves: a click takes one, a drag takes several, arrow keys move. */
function Bars({
  bars,
  stepMs,
  old,
  onTake,
}: {
  bars: readonly Bar[];
  stepMs: number;
  old: boolean;
  onTake: (from: number, to: number) => void;
}) {
  const box = useRef<HTMLDivElement>(null);
  const [cursor, setCursor] = useState(bars.length - 1);
  const [dragged, setDragged] = useState<readonly [number, number] | null>(null);
  const highest = Math.max(1, ...bars.map((bar) => bar.count));
  const at = Math.min(cursor, bars.length - 1);

  function indexAt(event: PointerEvent): number {
    const { left, width } = box.current?.getBoundingClientRect() ?? { left: 0, width: 1 };
    const index = Math.floor(((event.clientX - left) / width) * bars.length);
    return Math.max(0, Math.min(bars.length - 1, index));
  }
  function take(one: number, other: number): void {
    const first = bars[Math.min(one, other)];
    const last = bars[Math.max(one, other)];
    hideNote();
    if (first !== undefined && last !== undefined) onTake(first.at, last.at + stepMs);
  }
  function tell(index: number): void {
    const bar = bars[index];
    const element = box.current?.children[index];
    if (bar === undefined || element === undefined) return;
    const { left, width, top, bottom } = element.getBoundingClientRect();
    showNote(
      [count(bar.count, 'event'), `${instant(bar.at, stepMs)} to ${instant(bar.at + stepMs, stepMs)}`],
      { x: left + width / 2, top, bottom },
    );
  }
  function press(event: KeyboardEvent): void {
    const next = { ArrowLeft: at - 1, ArrowRight: at + 1, Home: 0, End: bars.length - 1 }[event.key];
    if (next === undefined) return;
    event.preventDefault();
    const to = Math.max(0, Math.min(bars.length - 1, next));
    setCursor(to);
    const element = box.current?.children[to];
    if (element instanceof HTMLElement) element.focus();
  }
  const isTaken = (index: number): boolean =>
    dragged !== null && index >= Math.min(...dragged) && index <= Math.max(...dragged);

  return (
    <div
      ref={box}
      className={classes['bars']}
      role="group"
      aria-label="Events over time. Arrow keys move, Enter shows only that time."
      data-old={old || undefined}
      onKeyDown={press}
      onPointerDown={(event) => {
        if (event.pointerType === 'mouse' && event.button === 0) {
          const index = indexAt(event);
          setDragged([index, index]);
        }
      }}
      onPointerMove={(event) => {
        const index = indexAt(event);
        tell(index);
        setDragged((now) => (now === null || now[1] === index ? now : [now[0], index]));
      }}
      onPointerUp={() => {
        if (dragged !== null && dragged[0] !== dragged[1]) take(...dragged);
        setDragged(null);
      }}
      onPointerLeave={() => {
        hideNote();
        setDragged(null);
      }}
      onBlur={hideNote}
    >
      {bars.map((bar, index) => (
        <button
          key={bar.at}
          type="button"
          tabIndex={index === at ? 0 : -1}
          data-taken={isTaken(index) || undefined}
          aria-label={`${count(bar.count, 'event')}, ${instant(bar.at, stepMs)} to ${instant(bar.at + stepMs, stepMs)}`}
          onFocus={() => tell(index)}
          onClick={() => take(index, index)}
        >
          {bar.count === 0 ? null : <i style={{ height: `max(2px, ${(bar.count / highest) * 100}%)` }} />}
        </button>
      ))}
    </div>
  );
}

/** How many events fit, over time. */
export function Histogram({
  filter,
  asOf,
  onTake,
}: {
  filter: AuditFilter;
  asOf: number;
  onTake: (from: number, to: number) => void;
}) {
  const to = filter.to ?? asOf;
  const steps = stepsOf(filter.from ?? to - longestMs, to);
  const { data, error, isPlaceholderData } = useQuery(histogramQuery(filter, steps));
  if (data === undefined) {
    if (error === null) return <SkeletonBlock height={112} />;
    // The list says whom to ask.
    if (isForbidden(error)) return null;
    return <PartialNote part="Events over time" reason={`cannot be shown. ${explain(error).detail}`} />;
  }
  const bars = countsOf(steps, data.steps);
  const sum = bars.reduce((total, bar) => total + bar.count, 0);
  const highest = Math.max(...bars.map((bar) => bar.count));
  return (
    <div className={classes['histogram']}>
      <div className={classes['head']}>
        <span role="status">
          <strong>{count(sum, 'event')}</strong>
          {filter.from === undefined ? ' in the last year' : ''}
          {sum === 0 ? '' : `, at most ${highest.toLocaleString('en')} in ${duration(steps.stepMs)}`}
        </span>
        {sum === 0 ? null : (
          <span className={classes['hint']}>Click a bar, or drag over several, to see only that time</span>
        )}
      </div>
      <Bars bars={bars} stepMs={steps.stepMs} old={isPlaceholderData} onTake={onTake} />
      <div className={classes['ends']} aria-hidden="true">
        <span>{instant(steps.from, steps.stepMs)}</span>
        <span>{instant(Math.min(steps.to, to), steps.stepMs)}</span>
      </div>
    </div>
  );
}
