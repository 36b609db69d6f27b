import type { IncomingMessage } from 'node:http';
import { gunzip } from 'node:zlib';
import { promisify } from 'node:util';
import type { Statement } from './engine.ts';
import { parseInsert } from './statements.ts';

const decompress = promisify(gunzip);

/** Largest request body, before and after decompression. */
const bodyLimitBytes = 64 * 1024 * 1024;

/** Parameters of the address that direct the HTTP interface and are no settings of the engine. */
const directions = new Set([
  'query',
  'query_id',
  'database',
  'default_format',
  'session_id',
  'session_timeout',
  'session_check',
  'role',
  'user',
  'password',
  'compress',
  'decompress',
  'wait_end_of_query',
  'buffer_size',
  'enable_http_compression',
  'http_zlib_compression_level',
  'send_progress_in_http_headers',
  'http_headers_progress_interval_ms',
]);

export interface QueryRequest {
  readonly statement: Statement;
  readonly format: string;
  readonly gzip: boolean;
}

async function readBody(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > bodyLimitBytes) {
      throw new Error('Code: 307. DB::Exception: The request body is over 64 MiB. (TOO_MANY_BYTES)');
    }
    chunks.push(chunk);
  }
  const body = Buffer.concat(chunks);
  const encoding = request.headers['content-encoding'] ?? 'identity';
  if (encoding === 'identity') return body;
  if (encoding === 'gzip') return decompress(body, { maxOutputLength: bodyLimitBytes });
  throw new Error(`Code: 48. DB::Exception: Content-Encoding ${encoding} is not served. (NOT_IMPLEMENTED)`);
}

/** Reads a request of the ClickHouse HTTP interface: query in the address, in the body, or in both. */
export async function readRequest(request: IncomingMessage, address: URL): Promise<QueryRequest> {
  const body = await readBody(request);
  const settings: Record<string, string> = {};
  const parameters: Record<string, string> = {};
  for (const [key, value] of address.searchParams) {
    if (key.startsWith('param_')) parameters[key.slice('param_'.length)] = value;
    else if (!directions.has(key)) settings[key] = value;
  }
  if (address.searchParams.has('session_id')) {
    throw new Error('Code: 48. DB::Exception: The embedded engine keeps no sessions. (NOT_IMPLEMENTED)');
  }

  const query = address.searchParams.get('query') ?? '';
  const target = query === '' ? undefined : parseInsert(query);
  const format = address.searchParams.get('default_format') ?? 'TabSeparated';
  const sql =
    query === '' ? body.toString('utf8') : body.length === 0 ? query : `${query}\n${body.toString('utf8')}`;
  if (target === undefined && sql.trim() === '') {
    throw new Error('Code: 62. DB::Exception: Syntax error: empty query. (SYNTAX_ERROR)');
  }
  const accepted = request.headers['accept-encoding'] ?? '';
  return {
    statement: {
      settings,
      parameters,
      database: address.searchParams.get('database') ?? '',
      work: target === undefined ? { kind: 'query', sql, format } : { kind: 'insert', target, body },
    },
    format: /\bFORMAT\s+(\w+)\s*;?\s*$/i.exec(sql)?.[1] ?? format,
    gzip: address.searchParams.get('enable_http_compression') === '1' && accepted.includes('gzip'),
  };
}
