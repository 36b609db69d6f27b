import { connect } from 'node:net';
import { sentEvents } from '../audit/events.ts';
import { medianTime, runCallers } from '../audit/rounds.ts';

/**
 * Posts audit events over kept connections, each with one request after the other, and tells the rate. Writes
 * HTTP by hand: on two processors a client library would take from the server what is measured.
 *
 * Arguments: port, token, connections, events per request, ms.
 */
const [port = '', token = '', connections = '64', perRequest = '1', ms = '3000'] = process.argv.slice(2);
const batch = Number(perRequest);
const events = sentEvents();

const requests = Array.from({ length: Math.max(64, Math.floor(events.length / batch)) }, (_, number) => {
  const own = Array.from(
    { length: batch },
    (_none, place) => events[(number * batch + place) % events.length],
  );
  const body = JSON.stringify(batch === 1 ? own[0] : own);
  const head = [
    'POST /api/v1/audit/events HTTP/1.1',
    'host: 127.0.0.1',
    `authorization: Bearer ${token}`,
    'content-type: application/json',
    `content-length: ${Buffer.byteLength(body)}`,
  ];
  return Buffer.from(`${head.join('\r\n')}\r\n\r\n${body}`);
});

interface Line {
  /** Resolves with the body of the answer. */
  post(request: Buffer): Promise<Buffer>;
  end(): void;
}

/** One connection; answers have a `content-length`, as those of the server do. */
async function openLine(): Promise<Line> {
  const socket = connect({ host: '127.0.0.1', port: Number(port), noDelay: true });
  await new Promise<void>((resolve, reject) => socket.once('connect', resolve).once('error', reject));
  let chunks: Buffer[] = [];
  let have = 0;
  let need = -1;
  let bodyAt = 0;
  let answered: { resolve(body: Buffer): void; reject(error: Error): void } | undefined;
  socket.on('error', (error) => answered?.reject(error));
  socket.on('close', () => answered?.reject(new Error('the server closed a connection')));
  socket.on('data', (chunk: Buffer) => {
    chunks.push(chunk);
    have += chunk.length;
    if (need < 0) {
      const sofar = Buffer.concat(chunks);
      chunks = [sofar];
      const end = sofar.indexOf('\r\n\r\n');
      if (end < 0) return;
      const head = sofar.toString('latin1', 0, end);
      const length = /content-length: (\d+)/i.exec(head)?.[1];
      if (!head.startsWith('HTTP/1.1 200') || length === undefined) {
        answered?.reject(new Error(sofar.toString('utf8').slice(0, 600)));
        return;
      }
      bodyAt = end + 4;
      need = bodyAt + Number(length);
    }
    if (have < need) return;
    const whole = chunks.length === 1 ? (chunks[0] as Buffer) : Buffer.concat(chunks);
    chunks = [];
    have = 0;
    need = -1;
    answered?.resolve(whole.subarray(bodyAt));
  });
  return {
    post: (request) =>
      new Promise((resolve, reject) => {
        answered = { resolve, reject };
        socket.write(request);
      }),
    end: () => socket.destroy(),
  };
}

const lines = await Promise.all(Array.from({ length: Number(connections) }, openLine));
const free = [...lines];
const accepted = Buffer.from('"status":"accepted"');
let checked = 0;
const round = await runCallers({ callers: lines.length, ms: Number(ms) }, async (number) => {
  const line = free.pop();
  if (line === undefined) throw new Error('there is no free connection');
  const answer = await line.post(requests[number % requests.length] as Buffer);
  free.push(line);
  // Every event of every hundredth answer: the rest would cost more than the sending.
  if (number % 100 === 0) {
    let count = 0;
    for (let at = answer.indexOf(accepted); at >= 0; at = answer.indexOf(accepted, at + 1)) count += 1;
    if (count !== batch)
      throw new Error(`${count} of ${batch} events were accepted: ${answer.toString('utf8', 0, 400)}`);
    checked += count;
  }
  return batch;
});
for (const line of lines) line.end();
process.send?.({
  perSecond: round.perSecond,
  p50Ms: medianTime([round], 0.5),
  p99Ms: medianTime([round], 0.99),
  checked,
});
