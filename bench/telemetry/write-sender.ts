/**
 * A sender of remote write in a process of its own: `node write-sender.ts URL TOKEN`. For each line on standard
 * input, `FROM_MS STEPS`, it makes bodies of 2,000 samples of 10,000 series, prints `ready`, waits for a line,
 * sends everything over four connections, each batch once the one before of its series was acknowledged, and
 * prints the milliseconds that it took.
 */
import { writeSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { labelBlocks, sendWrite, writeBody } from './remote-write.ts';

const [url = '', token = ''] = process.argv.slice(2);
const seriesCount = 10_000;
const batch = 2_000;
const connections = 4;
const stepMs = 15_000;
const receiver = { url, ...(token === '' ? {} : { headers: { authorization: `Bearer ${token}` } }) };
const blocks = labelBlocks({ metric: 'bench_requests_total', count: seriesCount });
const values = new Float64Array(seriesCount);

/** The bodies of each part of the series, in the order of time. */
function makeBodies(fromMs: number, steps: number): Buffer[][] {
  const parts: Buffer[][] = [];
  for (let from = 0; from < seriesCount; from += batch) {
    const bodies: Buffer[] = [];
    for (let step = 0; step < steps; step += 1) {
      const range = { from, to: from + batch, atMs: fromMs + step * stepMs };
      bodies.push(
        writeBody(blocks, range, (number) => {
          values[number]! += 1 + ((number * 7 + step * 13) % 20);
          return values[number]!;
        }),
      );
    }
    parts.push(bodies);
  }
  return parts;
}

/** Four at a time, never two of the same series: their samples must come in the order of time. */
async function sendAll(parts: readonly Buffer[][]): Promise<void> {
  const queues = parts.map((bodies) => ({ bodies, next: 0, busy: false }));
  const worker = async (): Promise<void> => {
    for (;;) {
      const queue = queues
        .filter(({ busy, next, bodies }) => !busy && next < bodies.length)
        .toSorted((left, right) => left.next - right.next)[0];
      if (queue === undefined) return;
      queue.busy = true;
      await sendWrite(receiver, queue.bodies[queue.next]!);
      queue.next += 1;
      queue.busy = false;
    }
  };
  await Promise.all(Array.from({ length: connections }, worker));
}

const lines = createInterface({ input: process.stdin })[Symbol.asyncIterator]();
for (;;) {
  const order = await lines.next();
  if (order.done === true) break;
  const [fromMs = 0, steps = 0] = order.value.split(' ').map(Number);
  const parts = makeBodies(fromMs, steps);
  writeSync(1, 'ready\n');
  await lines.next();
  const began = performance.now();
  await sendAll(parts);
  writeSync(1, `${performance.now() - began}\n`);
}
process.exit(0);
