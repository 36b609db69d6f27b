import type { ServerResponse } from 'node:http';
import { gzip } from 'node:zlib';
import { promisify } from 'node:util';
import type { StatementResult } from './engine.ts';

const compress = promisify(gzip);

/** HTTP statuses that ClickHouse gives to the error codes that callers meet; 500 for the rest. */
const statusOf: Readonly<Record<number, number>> = {
  6: 400,
  27: 400,
  36: 400,
  38: 400,
  41: 400,
  42: 400,
  43: 400,
  46: 404,
  47: 404,
  53: 400,
  60: 404,
  62: 400,
  70: 400,
  72: 400,
  73: 404,
  81: 404,
  115: 404,
  117: 400,
  159: 408,
  202: 503,
  241: 500,
  456: 400,
  457: 400,
  516: 403,
};

export async function replyResult(
  response: ServerResponse,
  result: StatementResult,
  format: { readonly name: string; readonly gzip: boolean },
): Promise<void> {
  const rows = String(result.readRows);
  response.setHeader('X-ClickHouse-Format', format.name);
  response.setHeader(
    'Content-Type',
    format.name.startsWith('JSON') ? 'application/json; charset=UTF-8' : 'text/plain; charset=UTF-8',
  );
  response.setHeader(
    'X-ClickHouse-Summary',
    JSON.stringify({
      read_rows: rows,
      read_bytes: String(result.readBytes),
      written_rows: String(result.writtenRows),
      written_bytes: result.writtenRows > 0 ? String(result.readBytes) : '0',
      total_rows_to_read: '0',
      result_rows: '0',
      result_bytes: String(result.body.byteLength),
      elapsed_ns: String(Math.round(result.elapsedSeconds * 1e9)),
    }),
  );
  if (format.gzip && result.body.byteLength > 1024) {
    response.setHeader('Content-Encoding', 'gzip');
    response.end(await compress(result.body));
    return;
  }
  response.end(result.body);
}

/** Answers with an exception as ClickHouse words it: `Code: 62. DB::Exception: ... (SYNTAX_ERROR)`. */
export function replyException(response: ServerResponse, message: string): void {
  if (response.headersSent || response.destroyed) {
    response.destroy();
    return;
  }
  const code = /^Code: (\d+)\./.exec(message)?.[1];
  const text = code === undefined ? `Code: 1001. DB::Exception: ${message} (STD_EXCEPTION)` : message;
  const number = Number(code ?? 1001);
  response.statusCode = statusOf[number] ?? 500;
  response.setHeader('X-ClickHouse-Exception-Code', String(number));
  response.setHeader('Content-Type', 'text/plain; charset=UTF-8');
  response.end(`${text.trimEnd()}\n`);
}
