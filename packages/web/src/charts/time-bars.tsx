import { useRef, useState, type KeyboardEvent, type PointerEvent } from 'react';
import { count } from '../ui/format.ts';
import { hideNote, showNote } from './hover-note.ts';
import classes from './time-bars.module.css';

const minuteMs = 60_000;
const dayMs = 86_400_000;

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

/** An instant as exactly as steps of this width need it. */
export function stepInstant(at: number, stepMs: number): string {
  if (stepMs >= dayMs) return day.format(at);
  return (stepMs >= minuteMs ? toTheMinute : toTheSecond).format(at);
}

/** One kind of what a bar counts, such as a severity; drawn from the bottom up in the order given. */
interface BarPart {
  readonly name: string;
  readonly count: number;
  readonly colour: string;
}

export interface TimeBar {
  readonly at: number;
  readonly count: number;
  /** In the accent colour when it has no parts. */
  readonly parts?: readonly BarPart[];
}

/** Bars of counts over time: a click takes one, a drag takes several, arrow keys move. */
export function TimeBars({
  bars,
  stepMs,
  noun,
  old,
  onTake,
}: {
  bars: readonly TimeBar[];
  stepMs: number;
  /** What is counted, such as `event`. */
  noun: string;
  /** What is shown is of the question before. */
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
      [
        count(bar.count, noun),
        ...(bar.parts ?? [])
          .filter((part) => part.count > 0)
          .map((part) => `${part.count.toLocaleString('en')} ${part.name}`),
        `${stepInstant(bar.at, stepMs)} to ${stepInstant(bar.at + stepMs, stepMs)}`,
      ],
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
      aria-label={`${noun[0]?.toUpperCase()}${noun.slice(1)}s over time. Arrow keys move, Enter shows only that time.`}
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
          aria-label={`${count(bar.count, noun)}, ${stepInstant(bar.at, stepMs)} to ${stepInstant(bar.at + stepMs, stepMs)}`}
          onFocus={() => tell(index)}
          onClick={() => take(index, index)}
        >
          {bar.count === 0 ? null : (
            <i style={{ height: `max(2px, ${(bar.count / highest) * 100}%)` }}>
              {(bar.parts ?? []).map((part) => (
                <b key={part.name} style={{ flexGrow: part.count, background: part.colour }} />
              ))}
            </i>
          )}
        </button>
      ))}
    </div>
  );
}
