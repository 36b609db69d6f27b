/**
 * A sender in a process of its own: `node log-sender.ts URL KIND RECORDS`. Makes its bodies, prints `ready`,
 * waits for a line on standard input, sends everything over four connections, each batch once the one before
 * was acknowledged, and prints the milliseconds that it took.
 */
import { once } from 'node:events';
import { Agent, request, type IncomingMessage } from 'node:http';
import { writeSync } from 'node:fs';
import { createLogLines, ndjsonBody, otlpBody } from './log-bodies.ts';

const [url = '', kind = '', count = ''] = process.argv.slice(2);
const batch = 2_000;
const connections = 4;
const distinct = 50;
const batches = Number(count) / batch;

const lineOf = createLogLines(distinct * batch, Date.now());
const bodies = Array.from({ length: distinct }, (_, index) => {
  const lines = Array.from({ length: batch }, (__, place) => lineOf(index * batch + place));
  return kind === 'otlp' ? otlpBody(lines) : ndjsonBody(lines);
});
const target =
  kind === 'otlp'
    ? { path: '/v1/logs', type: 'application/x-protobuf' }
    : { path: '/api/v1/logs', type: 'application/x-ndjson' };
const agent = new Agent({ keepAlive: true, maxSockets: connections });

async function send(body: Buffer): Promise<void> {
  const call = request(new URL(target.path, url), {
    method: 'POST',
    agent,
    headers: {
      authorization: 'Bearer bench',
      'content-type': target.type,
      'content-length': body.length,
    },
  });
  call.end(body);
  const [response] = (await once(call, 'response')) as [IncomingMessage];
  let answer = '';
  for await (const chunk of response) answer += String(chunk);
  if (response.statusCode !== 200) throw new Error(`${response.statusCode}: ${answer.slice(0, 300)}`);
  if (/"refused":[1-9]|"rejected/.test(answer)) throw new Error(`refused: ${answer.slice(0, 300)}`);
}

writeSync(1, 'ready\n');
await once(process.stdin, 'data');
const started = performance.now();
let next = 0;
await Promise.all(
  Array.from({ length: connections }, async () => {
    while (next < batches) {
      const body = bodies[next % distinct]!;
      next += 1;
      await send(body);
    }
  }),
);
writeSync(1, `${performance.now() - started}\n`);
process.exit(0);
