import { useEffect, useEffectEvent, useRef, type RefObject } from 'react';
import { inUnit } from '../../ui/units.ts';
import classes from './lines.module.css';
import { makePlot, type Hovered, type Plot, type PlotData, type PlotLook } from './plot.ts';

/** At most as many lines are told to those who cannot see them. */
const told = 5;

function inWords(title: string, { lines }: PlotData, { unit }: PlotLook): string {
  if (lines.length === 0) return `${title}: no data in this time`;
  const parts = lines
    .slice(0, told)
    .map(({ name, last, min, max }) =>
      Number.isNaN(last)
        ? `${name} without values`
        : `${name} now ${inUnit(unit, last)}, from ${inUnit(unit, min)} to ${inUnit(unit, max)}`,
    );
  const rest = lines.length > told ? `; and ${lines.length - told} more` : '';
  return `${title}: ${parts.join('; ')}${rest}`;
}

/**
 * Lines over time. A gap is a gap and no data is said in words; dragging zooms, a double click widens again, and
 * the crosshair is shared by every chart of the page.
 */
export function LinesChart({
  title,
  data,
  look,
  shown,
  lit,
  onHover,
  onZoom,
  onReset,
}: {
  title: string;
  data: PlotData;
  look: PlotLook;
  /** Indices of the lines that are shown. */
  shown: readonly number[];
  lit: number | null;
  onHover: (hovered: Hovered | null) => void;
  onZoom: (from: number, to: number) => void;
  onReset: () => void;
}) {
  const box = useRef<HTMLDivElement>(null);
  const plot: RefObject<Plot | null> = useRef(null);
  const hover = useEffectEvent(onHover);
  const zoom = useEffectEvent(onZoom);
  const beginning = useEffectEvent(() => ({ data, look }));

  useEffect(() => {
    if (box.current === null) return undefined;
    let frame = 0;
    const made = makePlot(box.current, {
      ...beginning(),
      events: {
        // Once a frame at most: pointers move more often than pages are drawn.
        onHover: (hovered) => {
          cancelAnimationFrame(frame);
          frame = requestAnimationFrame(() => hover(hovered));
        },
        onZoom: (from, to) => zoom(Math.round(from), Math.round(to)),
      },
    });
    plot.current = made;
    return () => {
      cancelAnimationFrame(frame);
      made.destroy();
      plot.current = null;
    };
  }, []);
  const drawn = useRef({ data, look });
  useEffect(() => {
    if (drawn.current.data === data && drawn.current.look === look) return;
    drawn.current = { data, look };
    plot.current?.set(data, look);
  }, [data, look]);
  useEffect(() => plot.current?.show(shown, lit), [shown, lit]);

  const none = data.lines.length === 0;
  return (
    <div className={classes['chart']}>
      <div
        ref={box}
        className={classes['plot']}
        style={{ height: look.height }}
        role="img"
        aria-label={inWords(title, data, look)}
        onDoubleClick={onReset}
      />
      {none ? <p className={classes['none']}>No data in this time</p> : null}
    </div>
  );
}
