import { createHash, timingSafeEqual } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { Engine } from './engine.ts';
import { replyException, replyResult } from './reply.ts';
import { readRequest } from './request.ts';
import { createTurns } from './turns.ts';

export interface HttpOptions {
  readonly engine: Engine;
  readonly user: string;
  readonly password: string;
  /** Statements that run at once; others wait for their turn. */
  readonly concurrentQueries: number;
}

/** Longest request line with headers: parameters travel in the address, and ClickHouse takes 1 MiB of it. */
const addressLimitBytes = 1024 * 1024;

/** Statements that may wait for their turn; one more is refused, as ClickHouse does, with code 202. */
const waitingQueries = 100;

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}

function credentials(request: IncomingMessage): string {
  const [scheme, token] = (request.headers.authorization ?? '').split(' ');
  if (scheme?.toLowerCase() === 'basic') return Buffer.from(token ?? '', 'base64').toString('utf8');
  const header = (name: string): string => String(request.headers[name] ?? '');
  return `${header('x-clickhouse-user')}:${header('x-clickhouse-key')}`;
}

/**
 * The ClickHouse HTTP interface in front of the embedded engine, so that the official client works with
 * it and with a real server alike. Everything but `/ping` needs the user and the password.
 */
export function createHttp({ engine, user, password, concurrentQueries }: HttpOptions): Server {
  const wanted = digest(`${user}:${password}`);
  const turns = createTurns(concurrentQueries, waitingQueries);

  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const address = new URL(request.url ?? '/', 'http://columns');
    if (address.pathname === '/ping') {
      response.end('Ok.\n');
      return;
    }
    if (!timingSafeEqual(digest(credentials(request)), wanted)) {
      request.resume();
      replyException(response, 'Code: 516. DB::Exception: Authentication failed. (AUTHENTICATION_FAILED)');
      return;
    }
    const { statement, format, gzip } = await readRequest(request, address);
    if (statement.work.kind === 'insert' && statement.work.body.length === 0) {
      response.end();
      return;
    }
    if (!(await turns.take())) {
      replyException(
        response,
        'Code: 202. DB::Exception: Too many queries wait. (TOO_MANY_SIMULTANEOUS_QUERIES)',
      );
      return;
    }
    try {
      // A caller that hung up while waiting wants no answer any more.
      if (response.destroyed) return;
      const result = await engine.run(statement);
      await replyResult(response, result, { name: format, gzip });
    } finally {
      turns.give();
    }
  };

  const server = createServer({ maxHeaderSize: addressLimitBytes }, (request, response) => {
    answer(request, response).catch((error: unknown) => {
      replyException(response, error instanceof Error ? error.message : String(error));
    });
  });
  // Longer than the client keeps an idle connection, so that the client never writes to a closed one.
  server.keepAliveTimeout = 120_000;
  server.requestTimeout = 300_000;
  return server;
}
