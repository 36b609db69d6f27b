import type { ReactNode } from 'react';
import classes from './table.module.css';

export interface TableColumn<Row> {
  readonly title: string;
  readonly render: (row: Row) => ReactNode;
  readonly align?: 'right';
}

/** Facts about a few things side by side; on a phone one under the other, each with its title. */
export function Table<Row>({
  label,
  rows,
  columns,
  keyOf,
}: {
  label: string;
  rows: readonly Row[];
  /** The first names the row. */
  columns: readonly TableColumn<Row>[];
  keyOf: (row: Row) => string;
}) {
  return (
    <table className={classes['table']} aria-label={label}>
      <thead>
        <tr>
          {columns.map(({ title, align }) => (
            <th key={title} scope="col" data-align={align}>
              {title}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {rows.map((row) => (
          <tr key={keyOf(row)}>
            {columns.map(({ title, align, render }, index) =>
              index === 0 ? (
                <th key={title} scope="row">
                  {render(row)}
                </th>
              ) : (
                <td key={title} data-title={title} data-align={align}>
                  {render(row)}
                </td>
              ),
            )}
          </tr>
        ))}
      </tbody>
    </table>
  );
}
