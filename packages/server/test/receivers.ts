import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { SMTPServer } from 'smtp-server';

/** A request that a receiver got. */
export interface Received {
  readonly at: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

export interface Receiver {
  readonly url: string;
  readonly received: Received[];
  /** What it answers from now on. */
  answer(status: number, headers?: Record<string, string>): void;
  close(): Promise<void>;
}

/** A web server that keeps what it gets, as the far end of a webhook. */
export async function startReceiver(): Promise<Receiver> {
  const received: Received[] = [];
  let status = 200;
  let headers: Record<string, string> = {};
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      received.push({ at: Date.now(), headers: request.headers, body: Buffer.concat(chunks).toString() });
      response.writeHead(status, headers).end('ok');
    });
  });
  const port = await listen(server);
  return {
    url: `http://127.0.0.1:${port}/hook`,
    received,
    answer(next, nextHeaders = {}) {
      status = next;
      headers = nextHeaders;
    },
    close: () => close(server),
  };
}

export interface MailServer {
  readonly port: number;
  /** Whole messages, headers first. */
  readonly mails: string[];
  close(): Promise<void>;
}

/** A real SMTP server without encryption that keeps what it gets. */
export async function startMailServer(port = 0): Promise<MailServer> {
  const mails: string[] = [];
  const server = new SMTPServer({
    authOptional: true,
    disabledCommands: ['STARTTLS'],
    onData(stream, _session, done) {
      const chunks: Buffer[] = [];
      stream.on('data', (chunk: Buffer) => chunks.push(chunk));
      stream.on('end', () => {
        mails.push(Buffer.concat(chunks).toString());
        done(null);
      });
    },
  });
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', () => resolve()));
  return {
    port: (server.server.address() as AddressInfo).port,
    mails,
    close: () => new Promise((resolve) => server.close(() => resolve())),
  };
}

export interface Shop {
  readonly url: string;
  readonly port: number;
  /** When it answered with a failure, in ms since the epoch; empty again after each change of the answer. */
  readonly failedAt: number[];
  /** What it answers from now on. */
  answer(status: number): void;
  /** Stops answering, as a killed process does. */
  kill(): Promise<void>;
  /** Comes back on the same port. */
  revive(): Promise<void>;
}

/** A service to watch, to break and to mend. */
export async function startShop(): Promise<Shop> {
  let status = 200;
  const failedAt: number[] = [];
  const make = (): Server =>
    createServer((_request, response) => {
      if (status >= 500) failedAt.push(Date.now());
      response.writeHead(status, { 'content-type': 'application/json' }).end('{"status":"ok"}');
    });
  let server = make();
  const port = await listen(server);
  return {
    url: `http://127.0.0.1:${port}/health`,
    port,
    failedAt,
    answer(next) {
      status = next;
      failedAt.length = 0;
    },
    kill: () => close(server),
    async revive() {
      server = make();
      await listen(server, port);
    },
  };
}

async function listen(server: Server, port = 0): Promise<number> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', () => resolve());
  });
  return (server.address() as AddressInfo).port;
}

function close(server: Server): Promise<void> {
  server.closeAllConnections();
  return new Promise((resolve) => server.close(() => resolve()));
}
