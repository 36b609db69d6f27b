import { useState, type KeyboardEvent } from 'react';
import classes from './lines.module.css';
import type { ChartLine } from './plot.ts';
import { pressed } from './pressed.ts';
import { useLineColours } from './use-line-colours.ts';

/** As many names are drawn; a panel is no place for more. */
const most = 60;

const steps: Readonly<Record<string, number>> = { ArrowLeft: -1, ArrowUp: -1, ArrowRight: 1, ArrowDown: 1 };

/**
 * The names of the lines in a row or two; a click shows one alone and again all. One stop for the Tab key, since a
 * page may have a dozen charts: arrow keys move between the names.
 */
export function LegendNames({
  lines,
  hidden,
  onHide,
  onLight,
}: {
  lines: readonly ChartLine[];
  hidden: ReadonlySet<string>;
  onHide: (hidden: ReadonlySet<string>) => void;
  onLight: (line: number | null) => void;
}) {
  const colours = useLineColours(Math.min(most, lines.length));
  const [chosen, setChosen] = useState(0);
  const last = Math.min(most, lines.length) - 1;
  const stop = Math.min(chosen, last);
  const onKeyDown = (event: KeyboardEvent<HTMLUListElement>): void => {
    const step = steps[event.key];
    if (step === undefined) return;
    event.preventDefault();
    const next = Math.min(last, Math.max(0, stop + step));
    setChosen(next);
    event.currentTarget.querySelectorAll('button')[next]?.focus();
  };
  return (
    <ul
      className={classes['names']}
      aria-label="Legend"
      onKeyDown={onKeyDown}
      onPointerLeave={() => onLight(null)}
    >
      {lines.slice(0, most).map(({ key, name }, index) => {
        const off = hidden.has(key);
        return (
          <li key={key} data-off={off || undefined} onPointerEnter={() => onLight(off ? null : index)}>
            <button
              type="button"
              tabIndex={index === stop ? 0 : -1}
              onFocus={() => setChosen(index)}
              aria-pressed={!off}
              title={name}
              onClick={(event) => onHide(pressed(event, { lines, hidden, key }))}
            >
              <i style={{ background: colours[index] }} />
              <span>{name}</span>
            </button>
          </li>
        );
      })}
      {lines.length > most ? <li className="faint">and {lines.length - most} more</li> : null}
    </ul>
  );
}
