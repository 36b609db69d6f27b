import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { pino } from 'pino';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { createLineBuffer } from './line-buffer.ts';
import custosTransport, { type PinoTransportOptions } from './index.ts';
import { settingsOf } from './options.ts';

type Line = Readonly<Record<string, unknown>>;

let server: Server;
let url = '';
let received: Line[] = [];
let requests: {
  readonly lines: number;
  readonly authorization: string | undefined;
  readonly path: string;
}[] = [];
/** Status codes of the next answers; 200 when there is none. */
let answers: number[] = [];
beforeEach(async () => {
  received = [];
  requests = [];
  answers = [];
  server = createServer((request, response) => {
    let body = '';
    request.setEncoding('utf8');
    request.on('data', (chunk: string) => (body += chunk));
    request.on('end', () => {
      const lines = body.split('\n').map((line) => JSON.parse(line) as Line);
      const { authorization } = request.headers;
      requests.push({ lines: lines.length, authorization, path: request.url ?? '' });
      const status = answers.shift() ?? 200;
      if (status === 200) received.push(...lines);
      response.writeHead(status, status === 503 ? { 'retry-after': '0' } : {});
      response.end(JSON.stringify({ accepted: lines.length, refused: 0, errors: [] }));
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterEach(() => {
  server.closeAllConnections();
  server.close();
});

const until = (check: () => boolean): Promise<void> =>
  vi.waitFor(() => expect(check()).toBe(true), { timeout: 15_000, interval: 10 });

/** A logger that writes to the transport in this thread, and what ends it. */
function logTo(options: Partial<PinoTransportOptions> = {}) {
  const stream = custosTransport({ url, token: 'custos_t', lingerMs: 5, ...options });
  const logger = pino({ base: { name: 'shop' } }, stream);
  return {
    logger,
    async end() {
      stream.end();
      await once(stream, 'close');
    },
  };
}
const messages = (): unknown[] => received.map(({ msg }) => msg);

test('a program whose logger uses the transport by its name ends with every line delivered', async () => {
  const program = fileURLToPath(new URL('./test-program.ts', import.meta.url));
  await promisify(execFile)(process.execPath, [program, url, '2500'], { timeout: 30_000 });
  expect(received).toHaveLength(2501);
  expect(received.slice(0, 2500).map(({ line }) => line)).toEqual(Array.from({ length: 2500 }, (_, n) => n));
  expect(received[7]).toMatchObject({ level: 30, msg: 'line 7 ü' });
  expect(received.at(-1)).toMatchObject({ level: 50, err: { type: 'Error', message: 'the end' } });
  expect(requests[0]).toMatchObject({
    authorization: 'Bearer custos_test',
    path: '/api/v1/logs?service=program',
  });
  expect(requests.length).toBeLessThan(20);
}, 60_000);

test('lines are gathered, and go out again in order until they are taken', async () => {
  answers = [503, 500, 429, 401];
  const { logger, end } = logTo({ retryMaxMs: 20 });
  for (let line = 0; line < 10; line += 1) logger.info(`line ${line}`);
  await until(() => received.length === 10);
  expect(messages()).toEqual(Array.from({ length: 10 }, (_, line) => `line ${line}`));
  expect(requests.map(({ lines }) => lines)).toEqual([10, 10, 10, 10, 10]);
  await end();
});

test('a batch that is too large goes out in halves, and a line that is too large alone is lost and told', async () => {
  answers = [413, 413, 200, 413, 200];
  const { logger, end } = logTo();
  for (let line = 0; line < 4; line += 1) logger.info(`line ${line}`);
  await until(() => received.length >= 3);
  await end();
  expect(requests.slice(0, 3).map(({ lines }) => lines)).toEqual([4, 2, 1]);
  expect(messages().filter((text) => String(text).startsWith('line'))).toContain('line 0');
});

test('what the server can never read does not hold up the rest', async () => {
  answers = [400];
  const { logger, end } = logTo();
  logger.info('bad');
  await until(() => requests.length === 1);
  logger.info('good');
  await end();
  expect(messages()).toEqual(['1 log lines were lost on their way to Custos', 'good']);
});

test('a full buffer drops the oldest lines and says how many, once they can be told', async () => {
  answers = Array.from({ length: 5 }, () => 500);
  const { logger, end } = logTo({ bufferBytes: 2_000, retryMaxMs: 40 });
  for (let line = 0; line < 100; line += 1) logger.info(`line ${line}`);
  await until(() => received.length > 0);
  await end();
  const lost = received.reduce((sum, line) => sum + Number(line['custos.lost'] ?? 0), 0);
  const kept = messages().filter((text) => String(text).startsWith('line'));
  expect(lost).toBeGreaterThan(50);
  expect(kept.length + lost).toBe(100);
  expect(kept.at(-1)).toBe('line 99');
});

test('the end waits for a server that is away only as long as it may', async () => {
  server.close();
  const { logger, end } = logTo({ closeTimeoutMs: 100 });
  logger.info('lost');
  const started = performance.now();
  await end();
  expect(performance.now() - started).toBeLessThan(5_000);
});

test('a line in pieces is one line, and dropping while a batch is under way loses nothing twice', () => {
  const buffer = createLineBuffer(30);
  buffer.add('{"a":');
  expect(buffer.size).toBe(0);
  buffer.add('1}\n{"b":2}\n');
  expect(buffer.oldest(10, 1000)).toEqual(['{"a":1}', '{"b":2}']);
  buffer.add('{"c":3}\n{"d":4}\n{"e":5}\n');
  expect(buffer.lost()).toBe(1);
  buffer.taken(2);
  expect(buffer.oldest(10, 1000)).toEqual(['{"c":3}', '{"d":4}', '{"e":5}']);
});

test('wrong options are refused by name', () => {
  expect(() => settingsOf({ url: 'custos', token: 't' })).toThrow('`url`');
  expect(() => settingsOf({ url: 'http://c', token: '' })).toThrow('`token`');
  expect(() => settingsOf({ url: 'http://c', token: 't', batchLines: 0 })).toThrow('`batchLines`');
});
