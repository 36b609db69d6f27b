import classes from './lines.module.css';
import type { ChartLine } from './plot.ts';
import { pressed } from './pressed.ts';
import { useLineColours } from './use-line-colours.ts';

/** As many names are drawn; a panel is no place for more. */
const most = 60;

/** The names of the lines in a row or two; a click shows one alone and again all. */
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
  return (
    <ul className={classes['names']} aria-label="Legend" onPointerLeave={() => onLight(null)}>
      {lines.slice(0, most).map(({ key, name }, index) => {
        const off = hidden.has(key);
        return (
          <li key={key} data-off={off || undefined} onPointerEnter={() => onLight(off ? null : index)}>
            <button
              type="button"
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
