import type { LogSqlAnswer } from '@custos/contract';
import type { Clock } from '../../../base/clock.ts';
import { CustosError } from '../../../base/errors.ts';
import type { Columns } from '../../../storage/columns/columns.ts';
import { checkTree } from './check.ts';
import { readStatement, unfitSql } from './tokens.ts';

/** Rows that are shown. */
const rowLimit = 1000;
const defaultTimeoutMs = 15_000;
/** Statements that run at once, so that searches and rules have the engine, too. */
const atOnce = 2;

/** What every statement may use; it cannot change that, since it has no SETTINGS of its own and is read-only. */
const settings = (timeoutMs: number): string =>
  [
    `limit = ${rowLimit + 1}`,
    `max_execution_time = ${timeoutMs / 1000}`,
    "timeout_overflow_mode = 'throw'",
    'max_memory_usage = 268435456',
    'max_rows_to_read = 1000000000',
    'max_result_bytes = 33554432',
    "result_overflow_mode = 'throw'",
    'max_bytes_before_external_group_by = 0',
    'max_bytes_before_external_sort = 0',
    'output_format_json_quote_64bit_integers = 1',
    'allow_introspection_functions = 0',
    'allow_ddl = 0',
    'readonly = 1',
  ].join(', ');

/** The engine understood a statement and refused it: what it says is for who wrote it. */
function statementFault(error: unknown): unknown {
  if (!(error instanceof CustosError) || error.code !== 'columns_query_failed') return error;
  const message = error.message.replace(/^Code: \d+\. (?:DB::Exception: )?/, '').split('\n')[0] ?? '';
  return unfitSql(message.slice(0, 500));
}

const wide = /^(?:LowCardinality\(|Nullable\()*U?Int64\b/;

/** 64-bit numbers come as text, so that none is rounded; what a number holds is one. */
function cellOf(value: unknown, type: string): unknown {
  if (typeof value !== 'string' || !wide.test(type)) return value;
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : value;
}

/** Runs statements of people; nothing else in columns can be reached by one, and no other is held up for long. */
export function createSqlMode(
  columns: Columns,
  clock: Clock,
  timeoutMs = defaultTimeoutMs,
): (sql: string) => Promise<LogSqlAnswer> {
  let running = 0;

  async function ask<Row>(sql: string, parameters?: Record<string, unknown>): Promise<Row[]> {
    try {
      return await columns.query<Row>(sql, parameters, { timeoutMs });
    } catch (error) {
      throw statementFault(error);
    }
  }

  async function answer(text: string): Promise<LogSqlAnswer> {
    const { sql, made } = readStatement(text);
    const full = `${sql}\nSETTINGS ${settings(timeoutMs)}`;
    if (made.size > 0) {
      const taken = await columns.query<{ name: string }>(
        'SELECT name FROM system.tables WHERE database = currentDatabase() AND has({names:Array(String)}, name)',
        { names: [...made] },
      );
      // Outside of its WITH such a name would be the table.
      if (taken.length > 0) throw unfitSql(`must not use the name ${taken[0]?.name} in WITH`);
    }
    const tree = await ask<{ explain: string }>(`SELECT explain FROM (EXPLAIN AST ${full})`);
    checkTree(
      tree.flatMap(({ explain }) => explain.split('\n')),
      made,
    );
    const started = clock.monotonic();
    const header = await ask<{ name: string; type: string }>(`DESCRIBE TABLE (${full})`);
    const rows = await ask<Record<string, unknown>>(full);
    return {
      columns: header.map(({ name, type }) => ({ name, type })),
      rows: rows.slice(0, rowLimit).map((row) => header.map(({ name, type }) => cellOf(row[name], type))),
      truncated: rows.length > rowLimit,
      elapsedMs: clock.monotonic() - started,
    };
  }

  return async (sql) => {
    if (running >= atOnce) {
      throw new CustosError('rate_limited', `At most ${atOnce} statements run at once; try again.`, {
        status: 429,
        retryAfterSeconds: 5,
      });
    }
    running += 1;
    try {
      return await answer(sql);
    } finally {
      running -= 1;
    }
  };
}
