import { useMemo, useState } from 'react';
import { absolute } from '../../ui/time.tsx';
import { inUnit } from '../../ui/units.ts';
import { LegendNames } from './legend-names.tsx';
import { Legend } from './legend.tsx';
import { LinesChart } from './lines-chart.tsx';
import classes from './lines.module.css';
import type { Hovered, PlotData, PlotLook } from './plot.ts';

const none: ReadonlySet<string> = new Set();

/** Lines over time with what is under the pointer and, below, what the lines are. */
export function LinesFigure({
  title,
  data,
  look,
  legend,
  only = null,
  onOnly,
  onZoom,
  onReset,
}: {
  title: string;
  data: PlotData;
  look: PlotLook;
  /** A table with figures, or the names alone, which takes two lines at most. */
  legend: 'table' | 'names';
  /** The key of the one line that is shown; null for all but those that were hidden by hand. */
  only?: string | null;
  onOnly?: (key: string | null) => void;
  onZoom: (from: number, to: number) => void;
  onReset: () => void;
}) {
  const [byHand, setByHand] = useState(none);
  const [hovered, setHovered] = useState<Hovered | null>(null);
  const [pointed, setPointed] = useState<number | null>(null);
  const { lines } = data;
  const hidden = useMemo(() => {
    if (only === null || !lines.some(({ key }) => key === only)) return byHand;
    return new Set(lines.map(({ key }) => key).filter((key) => key !== only));
  }, [lines, only, byHand]);
  const shown = useMemo(
    () => lines.flatMap(({ key }, index) => (hidden.has(key) ? [] : [index])),
    [lines, hidden],
  );
  const hide = (next: ReadonlySet<string>): void => {
    const left = lines.filter(({ key }) => !next.has(key));
    const alone = lines.length > 1 && left.length === 1 ? (left[0]?.key ?? null) : null;
    setByHand(onOnly === undefined || alone === null ? next : none);
    onOnly?.(alone);
  };
  const under = hovered === null || hovered.line === null ? undefined : lines[hovered.line];
  const time = hovered === null ? null : data.grid.from + hovered.index * data.grid.stepMs;
  return (
    <>
      <div className={classes['readout']}>
        {hovered === null || time === null ? null : (
          <>
            <span>{absolute(time)}</span>
            {under === undefined ? null : (
              <>
                <strong>{under.name}</strong>
                <span>{inUnit(look.unit, under.values[hovered.index])}</span>
              </>
            )}
          </>
        )}
      </div>
      <LinesChart
        title={title}
        data={data}
        look={look}
        shown={shown}
        lit={pointed ?? (lines.length > 1 ? (hovered?.line ?? null) : null)}
        onHover={setHovered}
        onZoom={onZoom}
        onReset={onReset}
      />
      {legend === 'names' ? (
        lines.length > 1 ? (
          <LegendNames lines={lines} hidden={hidden} onHide={hide} onLight={setPointed} />
        ) : null
      ) : lines.length > 0 ? (
        <Legend
          lines={lines}
          unit={look.unit}
          hidden={hidden}
          at={hovered?.index ?? null}
          lit={hovered?.line ?? null}
          onHide={hide}
          onLight={setPointed}
        />
      ) : null}
    </>
  );
}
