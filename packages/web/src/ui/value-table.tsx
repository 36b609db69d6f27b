import { useMemo, useState } from 'react';
import classes from './value-table.module.css';

/** Rows that are drawn before one asks for all. */
const first = 200;

export interface ValueRow {
  readonly key: string;
  readonly name: string;
  /** Which of several questions it answers. */
  readonly mark?: string | undefined;
  readonly value: number;
  /** The value in its unit. */
  readonly text: string;
  /** The value as it was given. */
  readonly exact?: string | undefined;
}

/** Names and values, highest first or by name. */
export function ValueTable({
  label,
  heading,
  rows,
}: {
  label: string;
  /** Of the names. */
  heading: string;
  rows: readonly ValueRow[];
}) {
  const [byValue, setByValue] = useState(true);
  const [all, setAll] = useState(false);
  const sorted = useMemo(
    () =>
      rows.toSorted((one, other) =>
        byValue
          ? other.value - one.value || one.name.localeCompare(other.name)
          : one.name.localeCompare(other.name, 'en', { numeric: true }),
      ),
    [rows, byValue],
  );
  return (
    <>
      <table className={classes['table']} aria-label={label}>
        <thead>
          <tr>
            <th scope="col" aria-sort={byValue ? undefined : 'ascending'}>
              <button type="button" onClick={() => setByValue(false)}>
                {heading}
                {byValue ? '' : ' ↑'}
              </button>
            </th>
            <th scope="col" aria-sort={byValue ? 'descending' : undefined}>
              <button type="button" onClick={() => setByValue(true)}>
                Value{byValue ? ' ↓' : ''}
              </button>
            </th>
          </tr>
        </thead>
        <tbody>
          {(all ? sorted : sorted.slice(0, first)).map(({ key, name, mark, text, exact }) => (
            <tr key={key}>
              <td>
                {mark === undefined ? null : <span className="faint">{mark} </span>}
                {name}
              </td>
              <td title={exact}>{text}</td>
            </tr>
          ))}
        </tbody>
      </table>
      {all || sorted.length <= first ? null : (
        <button type="button" className={classes['more']} onClick={() => setAll(true)}>
          Show all {sorted.length.toLocaleString('en')} series
        </button>
      )}
    </>
  );
}
