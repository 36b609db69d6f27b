import type { RawInsertFormat } from 'chdb';

/** What the rows of a statement go into, and their form. */
export interface InsertTarget {
  readonly table: string;
  readonly columns: readonly string[] | undefined;
  readonly format: RawInsertFormat;
}

const identifier = '[A-Za-z_][A-Za-z0-9_]*';
const name = new RegExp(`^${identifier}$`);
const insertShape = new RegExp(
  `^\\s*INSERT\\s+INTO\\s+(?:TABLE\\s+)?(${identifier}(?:\\.${identifier})?)\\s*(?:\\(([^()]*)\\))?\\s*FORMAT\\s+(\\w+)\\s*;?\\s*$`,
  'i',
);

const insertFormats: ReadonlySet<string> = new Set<RawInsertFormat>([
  'JSONEachRow',
  'JSONCompactEachRow',
  'CSV',
  'CSVWithNames',
  'TSV',
  'TabSeparated',
  'TSVWithNames',
  'TabSeparatedWithNames',
]);

/** A text as a ClickHouse string literal. */
function quote(text: string): string {
  return `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;
}

/** One `SET` with every setting and every query parameter of a request; raises on a name that is none. */
export function setStatement(
  settings: Readonly<Record<string, string>>,
  parameters: Readonly<Record<string, string>>,
): string {
  const pairs = [
    ...Object.entries(settings),
    ...Object.entries(parameters).map(([key, value]) => [`param_${key}`, value] as const),
  ];
  for (const [key] of pairs) {
    if (!name.test(key)) {
      throw new Error(
        `Code: 115. DB::Exception: ${quote(key)} is not the name of a setting. (UNKNOWN_SETTING)`,
      );
    }
  }
  return `SET ${pairs.map(([key, value]) => `${key} = ${quote(value)}`).join(', ')}`;
}

/**
 * Reads `INSERT INTO table (columns) FORMAT name`, the form whose rows follow as bytes, or returns
 * `undefined` for every other statement.
 */
export function parseInsert(sql: string): InsertTarget | undefined {
  const match = insertShape.exec(sql);
  const [, table, columns, format] = match ?? [];
  if (table === undefined || format === undefined || !insertFormats.has(format)) return undefined;
  const names = columns?.split(',').map((column) => column.trim().replaceAll('`', ''));
  if (names?.some((column) => !name.test(column)) === true) return undefined;
  return { table, columns: names, format: format as RawInsertFormat };
}
