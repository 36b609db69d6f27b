import { Agent, request } from 'node:http';
import { field, varint } from '../../packages/server/src/telemetry/ingest/test/protobuf-writer.ts';
import { packed } from '../../packages/server/src/telemetry/ingest/test/snappy.ts';

/** Many series of one metric: eight labels, as a service's request counter has them. */
export interface SeriesShape {
  readonly metric: string;
  readonly count: number;
}

export function labelsOf({ metric }: SeriesShape, number: number): Record<string, string> {
  return {
    __name__: metric,
    cluster: `c${number % 3}`,
    environment: 'production',
    instance: `10.0.${(number >> 6) % 256}.${number % 64}:9100`,
    job: `job-${number % 20}`,
    method: number % 2 === 0 ? 'GET' : 'POST',
    route: `/api/v1/resource-${number}`,
    status: String(200 + (number % 5)),
  };
}

/** Label pairs of each series as they stand in a message; made once, since they are the same each time. */
export function labelBlocks(shape: SeriesShape): Buffer[] {
  return Array.from({ length: shape.count }, (_, number) =>
    Buffer.concat(
      Object.entries(labelsOf(shape, number)).map(([name, value]) =>
        field(1, Buffer.concat([field(1, name), field(2, value)])),
      ),
    ),
  );
}

/** One sample as field 2 of `TimeSeries`: the value (field 1, double) and the time (field 2, int64). */
function writeSample(value: number, time: Buffer): Buffer {
  const bytes = Buffer.allocUnsafe(2 + 9 + 1 + time.length);
  bytes[0] = 0x12;
  bytes[1] = bytes.length - 2;
  bytes[2] = 0x09;
  bytes.writeDoubleLE(value, 3);
  bytes[11] = 0x10;
  time.copy(bytes, 12);
  return bytes;
}

/** A request with one sample for each of the series from `from` to `to`. */
export function writeBody(
  blocks: readonly Buffer[],
  range: { readonly from: number; readonly to: number; readonly atMs: number },
  valueOf: (number: number) => number,
): Buffer {
  const time = varint(range.atMs);
  const parts: Buffer[] = [];
  for (let number = range.from; number < range.to; number += 1) {
    const block = blocks[number]!;
    const sample = writeSample(valueOf(number), time);
    parts.push(Buffer.from([0x0a]), varint(block.length + sample.length), block, sample);
  }
  return packed(Buffer.concat(parts));
}

export interface Receiver {
  readonly url: string;
  readonly headers?: Readonly<Record<string, string>>;
}

const agent = new Agent({ keepAlive: true });

/** Sends one request of remote write 1.0; raises on any answer but success. */
export function sendWrite({ url, headers = {} }: Receiver, body: Buffer): Promise<void> {
  return new Promise((resolve, reject) => {
    const call = request(
      url,
      {
        agent,
        method: 'POST',
        headers: {
          'content-type': 'application/x-protobuf',
          'content-encoding': 'snappy',
          'x-prometheus-remote-write-version': '0.1.0',
          'content-length': body.length,
          ...headers,
        },
      },
      (reply) => {
        const chunks: Buffer[] = [];
        reply.on('data', (chunk: Buffer) => chunks.push(chunk));
        reply.on('end', () => {
          if (reply.statusCode === 200 || reply.statusCode === 204) resolve();
          else reject(new Error(`${url} answered ${reply.statusCode}: ${Buffer.concat(chunks).toString()}`));
        });
      },
    );
    call.on('error', reject);
    call.end(body);
  });
}

export interface Load {
  readonly shapes: readonly SeriesShape[];
  readonly fromMs: number;
  readonly stepMs: number;
  readonly steps: number;
  readonly batch: number;
}

/** Sends samples to several receivers, all series in the order of time; counters that grow by 1 to 20. */
export async function loadSeries(receivers: readonly Receiver[], load: Load): Promise<void> {
  const { shapes, fromMs, stepMs, steps, batch } = load;
  const sets = shapes.map((shape) => {
    const blocks = labelBlocks(shape);
    return { blocks, values: Float64Array.from(blocks, (_, number) => number) };
  });
  for (let step = 0; step < steps; step += 1) {
    const atMs = fromMs + step * stepMs;
    const sent: Promise<void>[] = [];
    for (const { blocks, values } of sets) {
      for (let from = 0; from < blocks.length; from += batch) {
        const to = Math.min(blocks.length, from + batch);
        const body = writeBody(blocks, { from, to, atMs }, (number) => {
          values[number]! += 1 + ((number * 7 + step * 13) % 20);
          return values[number]!;
        });
        for (const receiver of receivers) sent.push(sendWrite(receiver, body));
      }
    }
    await Promise.all(sent);
  }
}
