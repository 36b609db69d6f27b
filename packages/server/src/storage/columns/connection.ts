import { Readable } from 'node:stream';
import { createClient, type ClickHouseClient, ClickHouseLogLevel } from '@clickhouse/client';
import { columnsUnavailable, engineError } from './errors.ts';
import type { ColumnLoad, ColumnParameters, QueryOptions } from './columns.ts';
import type { Endpoint } from './endpoint.ts';

/** Longest that a statement may take before its connection is given up; above the engine's own limit. */
const requestTimeoutMs = 90_000;
const connectionLimit = 16;
/** Statements may name many series; ClickHouse's own limit is 256 KiB. */
const longStatementBytes = 16 * 1024 * 1024;

/** The official client bound to one endpoint, with its errors turned into ours. */
export interface Connection {
  query<Row>(sql: string, parameters?: ColumnParameters, options?: QueryOptions): Promise<Row[]>;
  queryBytes(sql: string, parameters?: ColumnParameters, options?: QueryOptions): Promise<Buffer>;
  command(sql: string, parameters?: ColumnParameters): Promise<void>;
  /** Inserts rows of `JSONEachRow`; returns when the engine has them on disk. */
  insertRows(table: string, rows: Buffer, token: string): Promise<void>;
  /** Inserts rows of `JSONCompactEachRow`; returns when the engine has them on disk. */
  load(table: string, rows: ColumnLoad): Promise<void>;
  /** Resolves when the engine's HTTP interface answers, however busy the engine is; raises otherwise. */
  ping(timeoutMs: number): Promise<void>;
  close(): Promise<void>;
}

export function openConnection(endpoint: Endpoint): Connection {
  const client: ClickHouseClient = createClient({
    url: endpoint.url,
    username: endpoint.user,
    password: endpoint.password,
    database: endpoint.database,
    application: 'custos',
    request_timeout: requestTimeoutMs,
    max_open_connections: connectionLimit,
    log: { level: ClickHouseLogLevel.OFF },
    clickhouse_settings: { output_format_json_quote_64bit_integers: 0 },
  });

  return {
    async query<Row>(sql: string, parameters?: ColumnParameters, options?: QueryOptions) {
      try {
        const result = await client.query({
          query: sql,
          format: 'JSONEachRow',
          ...(parameters === undefined ? {} : { query_params: { ...parameters } }),
          ...(options?.signal === undefined ? {} : { abort_signal: options.signal }),
          ...(options?.timeoutMs === undefined
            ? {}
            : { clickhouse_settings: { max_execution_time: options.timeoutMs / 1000 } }),
        });
        return await result.json<Row>();
      } catch (error) {
        throw engineError(error, options?.signal);
      }
    },
    async queryBytes(sql, parameters, options) {
      try {
        const { stream } = await client.exec({
          query: sql,
          ...(parameters === undefined ? {} : { query_params: { ...parameters } }),
          ...(options?.signal === undefined ? {} : { abort_signal: options.signal }),
          clickhouse_settings: {
            max_query_size: String(longStatementBytes),
            ...(options?.timeoutMs === undefined ? {} : { max_execution_time: options.timeoutMs / 1000 }),
          },
        });
        const chunks: Buffer[] = [];
        for await (const chunk of stream) chunks.push(chunk as Buffer);
        return Buffer.concat(chunks);
      } catch (error) {
        throw engineError(error, options?.signal);
      }
    },
    async command(sql, parameters) {
      try {
        await client.command({
          query: sql,
          ...(parameters === undefined ? {} : { query_params: { ...parameters } }),
        });
      } catch (error) {
        throw engineError(error);
      }
    },
    async insertRows(table, rows, token) {
      try {
        const { stream } = await client.exec({
          query: `INSERT INTO ${table} FORMAT JSONEachRow`,
          values: Readable.from([rows]),
          clickhouse_settings: {
            async_insert: 0,
            insert_deduplication_token: token,
            // Rows of many days may come together; the engine's own bound would hold them up for ever.
            max_partitions_per_insert_block: '0',
          },
          query_id: token,
        });
        for await (const chunk of stream) void chunk;
      } catch (error) {
        throw engineError(error);
      }
    },
    async load(table, { columns, parts }) {
      try {
        const { stream } = await client.exec({
          query: `INSERT INTO ${table} (${columns.join(', ')}) FORMAT JSONCompactEachRow`,
          values: Readable.from(parts),
          clickhouse_settings: { async_insert: 0 },
        });
        for await (const chunk of stream) void chunk;
      } catch (error) {
        throw engineError(error);
      }
    },
    async ping(timeoutMs) {
      const result = await client.ping({ select: false, abort_signal: AbortSignal.timeout(timeoutMs) });
      if (!result.success) throw columnsUnavailable(result.error.message, result.error);
    },
    close: () => client.close(),
  };
}
