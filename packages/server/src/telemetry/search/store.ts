import type { LogCategory, LogSeverity } from '@custos/contract';
import { CustosError, invalidInput } from '../../base/errors.ts';
import type { ColumnParameters, Columns } from '../../storage/columns/columns.ts';
import { windowParameters, windowSql } from './scope.ts';
import { nameOf } from './place.ts';
import type { FoundRecord, LogCount, Place, Scope } from './types.ts';

/** Longest that one search may take in the engine, ms. */
const searchTimeoutMs = 20_000;
/** Longest that autocomplete looks; what it has found by then is what it offers. */
const suggestMs = 2_000;

interface Row {
  readonly time_ms: number;
  readonly category: LogCategory;
  readonly severity: LogSeverity;
  readonly service: string;
  readonly host: string;
  readonly trace_id: string;
  readonly span_id: string;
  readonly message: string;
  readonly attributes: Record<string, string>;
  readonly masked: string[];
  readonly spool_id: string;
  readonly spool_row: number;
}

const recordColumns = `toUnixTimestamp64Milli(time) AS time_ms, category, severity, service, host, trace_id,
  span_id, message, attributes, masked, spool_id, spool_row`;

const foundOf = (row: Row): FoundRecord => {
  const place: Place = { timeMs: row.time_ms, spoolId: row.spool_id, spoolRow: row.spool_row };
  return {
    place,
    view: {
      id: nameOf(place),
      time: row.time_ms,
      category: row.category,
      severity: row.severity,
      service: row.service,
      host: row.host,
      traceId: row.trace_id === '' ? null : row.trace_id,
      spanId: row.span_id === '' ? null : row.span_id,
      message: row.message,
      attributes: row.attributes,
      masked: row.masked,
    },
  };
};

/** ClickHouse's CANNOT_COMPILE_REGEXP: RE2 of the engine refuses a few patterns that ours takes. */
function patternFault(error: unknown): unknown {
  if (error instanceof CustosError && 'engineCode' in error && error.engineCode === 427) {
    return invalidInput([{ field: 'query', message: 'a regular expression in it is too large' }]);
  }
  return error;
}

async function ask<Found>(
  columns: Columns,
  sql: string,
  {
    parameters,
    timeoutMs = searchTimeoutMs,
  }: { readonly parameters: ColumnParameters; readonly timeoutMs?: number },
): Promise<Found[]> {
  try {
    return await columns.query<Found>(sql, parameters, { timeoutMs });
  } catch (error) {
    throw patternFault(error);
  }
}

/** Records of a span of time in order, from behind `after`. */
export interface Slice {
  readonly from: number;
  readonly to: number;
  readonly after: Place | null;
  readonly order: 'newest' | 'oldest';
  readonly limit: number;
}

/**
 * The records of a scope within a slice. The scope's own span is not looked at. It is sorted by an expression
 * and not by the column: for a column, ClickHouse 26 puts a filter of its own (`use_top_k_dynamic_filtering`)
 * in the place of the search's, and then reads every column of every record, which takes ten times as long.
 */
export async function loadRecords(
  columns: Columns,
  { sql, parameters }: Pick<Scope, 'sql' | 'parameters'>,
  { from, to, after, order, limit }: Slice,
): Promise<FoundRecord[]> {
  const direction = order === 'newest' ? 'DESC' : 'ASC';
  const behind =
    after === null
      ? ''
      : `AND (toUnixTimestamp64Milli(time), spool_id, spool_row) ${order === 'newest' ? '<' : '>'}
          ({afterMs:Int64}, {afterId:String}, {afterRow:UInt64})`;
  const rows = await ask<Row>(
    columns,
    `SELECT ${recordColumns} FROM log_record WHERE ${windowSql} ${behind} AND ${sql}
      ORDER BY time_ms ${direction}, spool_id ${direction}, spool_row ${direction} LIMIT {limit:UInt32}`,
    {
      parameters: {
        ...parameters,
        ...windowParameters(from, to),
        limit,
        ...(after === null
          ? {}
          : { afterMs: after.timeMs, afterId: after.spoolId, afterRow: after.spoolRow }),
      },
    },
  );
  return rows.map(foundOf);
}

/** How many records each severity has in each step of `bucketMs` from the scope's start on. */
export async function loadHistogram(
  columns: Columns,
  { sql, parameters, from, to }: Scope,
  bucketMs: number,
): Promise<{ bucket: number; severity: LogSeverity; count: number }[]> {
  return ask(
    columns,
    `SELECT intDiv(toUnixTimestamp64Milli(time) - {startMs:Int64}, {bucketMs:Int64}) AS bucket, severity,
        count() AS count
      FROM log_record WHERE ${windowSql} AND ${sql} GROUP BY bucket, severity`,
    {
      parameters: {
        ...parameters,
        ...windowParameters(from, to),
        startMs: Math.floor(from / bucketMs) * bucketMs,
        bucketMs,
      },
    },
  );
}

/** How many records a scope has; with `brief`, what two seconds count. */
export async function loadTotal(
  columns: Columns,
  { sql, parameters, from, to }: Scope,
  brief = false,
): Promise<number> {
  const rows = await ask<{ total: number }>(
    columns,
    `SELECT count() AS total FROM log_record WHERE ${windowSql} AND ${sql}
      ${brief ? "SETTINGS timeout_overflow_mode = 'break'" : ''}`,
    {
      parameters: { ...parameters, ...windowParameters(from, to) },
      ...(brief ? { timeoutMs: suggestMs } : {}),
    },
  );
  return rows[0]?.total ?? 0;
}

/** Names of attributes that begin with `prefix`, most used first; what two seconds find. */
export async function loadAttributeNames(
  columns: Columns,
  { sql, parameters, from, to }: Scope,
  { prefix, limit }: { readonly prefix: string; readonly limit: number },
): Promise<{ name: string; records: number }[]> {
  return ask(
    columns,
    `SELECT name, count() AS records FROM log_record ARRAY JOIN mapKeys(attributes) AS name
      WHERE ${windowSql} AND ${sql} AND startsWith(lower(name), lower({prefix:String}))
      GROUP BY name ORDER BY records DESC, name LIMIT {limit:UInt32}
      SETTINGS timeout_overflow_mode = 'break'`,
    { parameters: { ...parameters, ...windowParameters(from, to), prefix, limit }, timeoutMs: suggestMs },
  );
}

/** Values of an expression that begin with `prefix`, most used first; what two seconds find. */
export async function loadValues(
  columns: Columns,
  { sql, parameters, from, to }: Scope,
  {
    value,
    valueParameters,
    prefix,
    limit,
  }: {
    readonly value: string;
    readonly valueParameters: ColumnParameters;
    readonly prefix: string;
    readonly limit: number;
  },
): Promise<{ value: string; records: number }[]> {
  return ask(
    columns,
    `SELECT ${value} AS value, count() AS records FROM log_record
      WHERE ${windowSql} AND ${sql} AND value != '' AND startsWith(lower(value), lower({prefix:String}))
      GROUP BY value ORDER BY records DESC, value LIMIT {limit:UInt32}
      SETTINGS timeout_overflow_mode = 'break'`,
    {
      parameters: { ...parameters, ...valueParameters, ...windowParameters(from, to), prefix, limit },
      timeoutMs: suggestMs,
    },
  );
}

/** Every `every`-th record of a scope, chosen by its place, so that the same ones come again. */
export async function loadSample(
  columns: Columns,
  { sql, parameters, from, to }: Scope,
  { every, limit }: { readonly every: number; readonly limit: number },
): Promise<{ time_ms: number; severity: LogSeverity; service: string; message: string }[]> {
  const chosen = every <= 1 ? '' : 'AND cityHash64(spool_id, spool_row) % {every:UInt64} = 0';
  return ask(
    columns,
    `SELECT toUnixTimestamp64Milli(time) AS time_ms, severity, service, substringUTF8(message, 1, 2000) AS message
      FROM log_record WHERE ${windowSql} ${chosen} AND ${sql} LIMIT {limit:UInt32}`,
    { parameters: { ...parameters, ...windowParameters(from, to), every, limit } },
  );
}

/** How many records of a scope have each combination of values; largest first. */
export async function loadGroups(
  columns: Columns,
  { sql, parameters, from, to }: Scope,
  {
    values,
    valueParameters,
    limit,
  }: {
    readonly values: readonly string[];
    readonly valueParameters: ColumnParameters;
    readonly limit: number;
  },
): Promise<LogCount[]> {
  return ask(
    columns,
    `SELECT CAST([${values.join(', ')}], 'Array(String)') AS values, count() AS count FROM log_record
      WHERE ${windowSql} AND ${sql} GROUP BY values ORDER BY count DESC, values LIMIT {limit:UInt32}`,
    { parameters: { ...parameters, ...valueParameters, ...windowParameters(from, to), limit } },
  );
}
