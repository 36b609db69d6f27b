import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** What goes wrong with one request. */
export type Fault =
  | 'hang'
  | 'cut-before-storing'
  | 'cut-after-storing'
  | 'half-answer'
  | { readonly status: number; readonly retryAfter?: string; readonly html?: boolean };

interface StoredEvent {
  readonly id: string;
  readonly [field: string]: unknown;
}

const fields = new Set(
  'id time type action outcome severity source actor target tenant traceId requestId address details'.split(
    ' ',
  ),
);

/** A strict server of `POST /api/v1/audit/events`: anything that it does not expect is an answer in the 400s. */
export async function auditServer(options: { readonly port?: number; readonly maxBytes?: number } = {}) {
  const stored: StoredEvent[] = [];
  const batches: { key: string; size: number; at: number; authorization: string | undefined }[] = [];
  const answers = new Map<string, { body: string; answer: string }>();
  const faults: Fault[] = [];
  /** Answers requests only while this is open. */
  let gate: Promise<void> = Promise.resolve();

  const problem =
    (reply: ServerResponse) =>
    (status: number, code: string, more: object = {}): void => {
      const body = { type: code, title: code, status, code, detail: code, requestId: 'req-1', ...more };
      reply.writeHead(status, { 'content-type': 'application/problem+json' }).end(JSON.stringify(body));
    };

  function resultOf(event: Record<string, unknown>): unknown {
    const errors = Object.keys(event)
      .filter((field) => !fields.has(field))
      .map((field) => ({ field, message: 'is not a known field' }));
    if (!/^\d{4}-\d\d-\d\dT[\d:.]+Z$/.test(String(event['time'])))
      errors.push({ field: 'time', message: 'must be RFC 3339' });
    if (event['type'] === 'unknown.type') errors.push({ field: 'type', message: 'is not in the catalogue' });
    if (event['type'] === 'general.flood') return { status: 'dropped', code: 'rate_limited' };
    if (errors.length > 0) return { status: 'rejected', code: 'invalid_input', errors };
    stored.push(event as StoredEvent);
    return {
      status: 'accepted',
      id: event['id'],
      log: 'security',
      index: stored.length - 1,
      leafHash: 'aGFzaA==',
    };
  }

  async function take(request: IncomingMessage, reply: ServerResponse): Promise<void> {
    const no = problem(reply);
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const body = Buffer.concat(chunks).toString('utf8');
    await gate;
    const fault = faults.shift();
    const { authorization, 'idempotency-key': key, 'content-type': type } = request.headers;
    if (fault === 'hang') return;
    if (fault === 'cut-before-storing') return void request.socket.destroy();
    if (typeof fault === 'object') {
      const headers: Record<string, string> = {
        'content-type': fault.html ? 'text/html' : 'application/json',
      };
      if (fault.retryAfter !== undefined) headers['retry-after'] = fault.retryAfter;
      return void reply.writeHead(fault.status, headers).end(fault.html ? '<html>proxy</html>' : '{}');
    }
    if (request.method !== 'POST' || request.url !== '/api/v1/audit/events?acknowledgement=durable') {
      return no(404, 'not_found');
    }
    if (authorization !== 'Bearer cst_good') return no(401, 'unauthenticated');
    if (type !== 'application/json') return no(415, 'unsupported_media_type');
    if (typeof key !== 'string' || !/^[\x21-\x7e]{1,128}$/.test(key)) return no(422, 'invalid_input');
    if (body.length > (options.maxBytes ?? 1_048_576)) return no(413, 'payload_too_large');
    const known = answers.get(key);
    if (known !== undefined && known.body !== body) return no(409, 'conflict');
    batches.push({ key, size: (JSON.parse(body) as unknown[]).length, at: Date.now(), authorization });
    let answer = known?.answer;
    if (answer === undefined) {
      const events = JSON.parse(body) as Record<string, unknown>[];
      if (!Array.isArray(events) || events.length < 1 || events.length > 1000) {
        return no(422, 'invalid_input');
      }
      if (events.some((event) => event['type'] === 'poison.batch')) {
        return no(422, 'invalid_input', {
          errors: [{ field: 'events', message: 'must not hold poison' }],
        });
      }
      answer = JSON.stringify({ results: events.map(resultOf) });
      answers.set(key, { body, answer });
    }
    if (fault === 'cut-after-storing') return void request.socket.destroy();
    const headers = { 'content-type': 'application/json', 'content-length': answer.length };
    reply.writeHead(200, headers);
    if (fault !== 'half-answer') return void reply.end(answer);
    reply.write(answer.slice(0, 10), () => request.socket.destroy());
  }

  const server: Server = createServer((request, reply) => void take(request, reply));
  await new Promise<void>((resolve) => server.listen(options.port ?? 0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    port,
    stored,
    batches,
    faults,
    ids: () => stored.map(({ id }) => id),
    /** Makes requests wait until the returned function is called. */
    hold(): () => void {
      let open: () => void = () => undefined;
      gate = new Promise((resolve) => (open = resolve));
      return open;
    },
    async stop(): Promise<void> {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

export type AuditServer = Awaited<ReturnType<typeof auditServer>>;
