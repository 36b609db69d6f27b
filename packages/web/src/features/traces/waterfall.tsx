import type { SpanView } from '@custos/contract';
import { Button } from '@mantine/core';
import { useHotkeys, useMediaQuery } from '@mantine/hooks';
import { useMemo, useRef, useState, type KeyboardEvent } from 'react';
import { useLineColours } from '../../charts/lines/use-line-colours.ts';
import { inUnit } from '../../ui/units.ts';
import { useWindowRows } from '../../ui/window-rows.ts';
import classes from './traces.module.css';
import { treeOf } from './tree.ts';
import { useFolds } from './use-folds.ts';
import { WaterfallRow } from './waterfall-row.tsx';

const rowPx = 28;
/** On a phone the bar stands below the name. */
const tallRowPx = 48;
/** Room that the top bar and the ruler take from the window. */
const abovePx = 96;
const ticks = [0, 0.25, 0.5, 0.75, 1];

/**
 * The spans of a trace as a tree, each with a bar where it was in time. Only the rows near the window are drawn.
 * Arrows or j and k move, left and right fold and unfold, Enter opens, e goes to the next error.
 */
export function Waterfall({
  spans,
  services,
  durationUs,
  openId,
  onOpen,
}: {
  spans: readonly SpanView[];
  services: readonly string[];
  durationUs: number;
  openId: string | undefined;
  onOpen: (span: SpanView) => void;
}) {
  const rows = useMemo(() => treeOf(spans), [spans]);
  const { folded, seen, fold, foldAll, unfoldAll, show } = useFolds(rows);
  const [chosen, setChosen] = useState(() =>
    Math.max(
      0,
      rows.findIndex(({ span }) => span.spanId === openId),
    ),
  );
  const narrow = useMediaQuery('(max-width: 700px)', false, { getInitialValueInEffect: false });
  const height = narrow ? tallRowPx : rowPx;
  const heights = useMemo(() => seen.map(() => height), [seen, height]);
  const box = useRef<HTMLDivElement>(null);
  const { total, rows: drawn } = useWindowRows(box, heights);
  const palette = useLineColours(services.length);
  const colours = useMemo(
    () => new Map(services.map((service, index) => [service, palette[index] ?? ''])),
    [services, palette],
  );
  const failed = useMemo(
    () => rows.flatMap(({ span }, index) => (span.status === 'error' ? [index] : [])),
    [rows],
  );
  // What is folded away is held by the row that hides it.
  const cursor = seen.findLastIndex((index) => index <= chosen);

  const reveal = (place: number): void => {
    const edge = (box.current?.getBoundingClientRect().top ?? 0) + place * height;
    if (edge < abovePx) window.scrollBy({ top: edge - abovePx });
    else if (edge + height > window.innerHeight - rowPx)
      window.scrollBy({ top: edge + height - window.innerHeight + rowPx });
  };
  const choose = (index: number | undefined): void => {
    const row = rows[index ?? -1];
    if (index === undefined || row === undefined) return;
    setChosen(index);
    // With the panel open, it follows.
    if (openId !== undefined) onOpen(row.span);
  };
  const moveTo = (place: number): void => {
    const kept = Math.min(seen.length - 1, Math.max(0, place));
    choose(seen[kept]);
    reveal(kept);
  };
  const open = (): void => {
    const row = rows[seen[cursor] ?? -1];
    if (row !== undefined) onOpen(row.span);
  };
  const closer = (): void => {
    const index = seen[cursor] ?? -1;
    const row = rows[index];
    if (row === undefined) return;
    if (row.below > 0 && !folded.has(index)) fold(index, true);
    else if (row.parent >= 0) moveTo(seen.indexOf(row.parent));
  };
  const wider = (): void => {
    const index = seen[cursor] ?? -1;
    if (folded.has(index)) fold(index, false);
    else if ((rows[index]?.below ?? 0) > 0) moveTo(cursor + 1);
  };
  const nextError = (): void => {
    const index = failed.find((each) => each > (seen[cursor] ?? -1)) ?? failed[0];
    const row = rows[index ?? -1];
    if (index === undefined || row === undefined) return;
    show(index);
    setChosen(index);
    onOpen(row.span);
    // The row may have to be unfolded first.
    requestAnimationFrame(() =>
      document.getElementById(`span-row-${index}`)?.scrollIntoView({ block: 'nearest' }),
    );
  };
  useHotkeys([
    ['j', () => moveTo(cursor + 1)],
    ['k', () => moveTo(cursor - 1)],
    ['o', open],
    ['e', nextError],
  ]);
  const keys: Readonly<Record<string, () => void>> = {
    ArrowDown: () => moveTo(cursor + 1),
    ArrowUp: () => moveTo(cursor - 1),
    ArrowRight: wider,
    ArrowLeft: closer,
    Home: () => moveTo(0),
    End: () => moveTo(seen.length - 1),
    Enter: open,
    ' ': open,
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    const act = Object.hasOwn(keys, event.key) ? keys[event.key] : undefined;
    if (act === undefined || event.metaKey || event.ctrlKey || event.altKey) return;
    event.preventDefault();
    act();
  };

  return (
    <>
      <div className={classes['tools']}>
        <ul className={classes['legend']} aria-label="Services">
          {services.map((service) => (
            <li key={service} title={service}>
              <i style={{ background: colours.get(service) }} /> {service}
            </li>
          ))}
        </ul>
        {failed.length === 0 ? null : (
          <Button variant="default" size="compact-xs" onClick={nextError}>
            Next error
          </Button>
        )}
        {rows.some(({ depth }) => depth > 1) ? (
          <Button variant="default" size="compact-xs" onClick={folded.size > 0 ? unfoldAll : foldAll}>
            {folded.size > 0 ? 'Unfold all' : 'Fold'}
          </Button>
        ) : null}
      </div>
      <div className={classes['ruler']} aria-hidden="true">
        <div className={classes['scale']}>
          {ticks.map((tick) => (
            <span key={tick} style={{ left: `${tick * 100}%` }} data-end={tick === 1 || undefined}>
              {inUnit('milliseconds', (durationUs * tick) / 1000)}
            </span>
          ))}
        </div>
      </div>
      <div
        ref={box}
        className={classes['waterfall']}
        style={{ height: total }}
        role="tree"
        tabIndex={0}
        aria-label="Spans"
        aria-activedescendant={
          drawn.some(({ index }) => index === cursor) ? `span-row-${seen[cursor] ?? 0}` : undefined
        }
        onKeyDown={onKeyDown}
      >
        {drawn.map(({ index: place, top }) => {
          const index = seen[place] ?? -1;
          const row = rows[index];
          return row === undefined ? null : (
            <WaterfallRow
              key={index}
              id={`span-row-${index}`}
              row={row}
              top={top}
              height={height}
              durationUs={durationUs}
              colour={colours.get(row.span.service) ?? ''}
              folded={folded.has(index)}
              cursor={place === cursor}
              open={row.span.spanId === openId}
              onOpen={() => {
                setChosen(index);
                onOpen(row.span);
              }}
              onFold={() => {
                setChosen(index);
                fold(index, !folded.has(index));
              }}
            />
          );
        })}
      </div>
    </>
  );
}
