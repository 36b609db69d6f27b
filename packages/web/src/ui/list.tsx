import type { ComponentPropsWithoutRef, ReactNode } from 'react';
import { useGlow } from './glow.ts';
import classes from './list.module.css';
import { useListKeys } from './list-keys.ts';

export interface Column<Item> {
  readonly title: string;
  readonly render: (item: Item) => ReactNode;
  /** The first `main` column carries the row's name. */
  readonly main?: boolean;
  readonly align?: 'right';
  readonly width?: string;
  /** Left out where there is no room for a table. */
  readonly wide?: boolean;
  /** Words around what says too little where no title stands above it. */
  readonly before?: string;
  readonly after?: string;
}

/**
 * A dense list: rows open with a click or Enter, j and k move, x selects. Where there is no room for a table,
 * as on a phone, each row becomes two lines: the main column above, the rest below.
 */
export function List<Item extends { readonly id: string }>({
  label,
  items,
  columns,
  onOpen,
  openId,
  selection,
}: {
  label: string;
  items: readonly Item[];
  columns: readonly Column<Item>[];
  onOpen?: (item: Item) => void;
  openId?: string | undefined;
  selection?: { readonly ids: ReadonlySet<string>; readonly toggle: (id: string) => void };
}) {
  const { cursor, setCursor } = useListKeys({
    count: items.length,
    onOpen: (index) => {
      const item = items[index];
      if (item !== undefined) onOpen?.(item);
    },
    onSelect: (index) => {
      const item = items[index];
      if (item !== undefined) selection?.toggle(item.id);
    },
  });
  return (
    <div className={classes['frame']}>
      <table className={classes['list']} aria-label={label}>
        <thead>
          <tr>
            {selection === undefined ? null : (
              <th className={classes['check']}>
                <span className="visually-hidden">Selected</span>
              </th>
            )}
            {columns.map((column) => (
              <th
                key={column.title}
                scope="col"
                style={{ width: column.width }}
                className={classesOf(column)}
              >
                {column.title}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {items.map((item, index) => (
            <Row
              key={item.id}
              id={item.id}
              data-row={index}
              data-cursor={cursor === index || undefined}
              data-open={item.id === openId || undefined}
              data-link={onOpen !== undefined || undefined}
              onClick={(event) => {
                if (onOpen === undefined || isControl(event.target)) return;
                setCursor(index);
                onOpen(item);
              }}
            >
              {selection === undefined ? null : (
                <td className={classes['check']}>
                  <input
                    type="checkbox"
                    checked={selection.ids.has(item.id)}
                    onChange={() => selection.toggle(item.id)}
                    aria-label={`Select row ${index + 1}`}
                  />
                </td>
              )}
              {columns.map((column) => (
                <td key={column.title} data-main={column.main} className={classesOf(column)}>
                  {column.main === true && onOpen !== undefined ? (
                    <button type="button" className={classes['open']} onClick={() => onOpen(item)}>
                      {column.render(item)}
                    </button>
                  ) : (
                    <Cell column={column} item={item} />
                  )}
                </td>
              ))}
            </Row>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function Cell<Item>({ column, item }: { column: Column<Item>; item: Item }) {
  const content = column.render(item);
  if (content === null) return null;
  return (
    <>
      {column.before === undefined ? null : <span className={classes['word']}>{column.before} </span>}
      {content}
      {column.after === undefined ? null : <span className={classes['word']}> {column.after}</span>}
    </>
  );
}

/** A column without a width of its own in px takes what is left, and breaks long words, such as mail addresses, to fit in. */
function classesOf({ wide, align, width }: Pick<Column<never>, 'wide' | 'align' | 'width'>): string {
  const names = [
    wide === true && 'wide',
    align === 'right' && 'right',
    (width === undefined || width.endsWith('%')) && 'free',
  ];
  return names.flatMap((name) => (name === false ? [] : (classes[name] ?? []))).join(' ');
}

/** A row that glows for a moment when what it shows has changed. */
function Row({ id, ...props }: ComponentPropsWithoutRef<'tr'> & { id: string }) {
  return <tr {...props} data-glow={useGlow(id) || undefined} />;
}

function isControl(target: EventTarget): boolean {
  return target instanceof Element && target.closest('button, a, input, label') !== null;
}
