import { seededRandom } from '../../packages/server/test/seeded-random.ts';
import { field, message, number } from '../../packages/server/src/telemetry/ingest/test/protobuf-writer.ts';

/** A line as a service's logger writes it; about 300 bytes with nine fields. */
interface LogLine {
  readonly level: number;
  readonly time: number;
  readonly service: string;
  readonly hostname: string;
  readonly trace_id: string;
  readonly msg: string;
  readonly [field: string]: string | number;
}

/** Returns lines whose times lie within the last hour, oldest first. */
export function createLogLines(total: number, nowMs: number): (index: number) => LogLine {
  const random = seededRandom(11);
  const below = (bound: number): number => Math.floor(random() * bound);
  const hex = (digits: number): string =>
    Array.from({ length: digits / 8 }, () =>
      below(2 ** 32)
        .toString(16)
        .padStart(8, '0'),
    ).join('');
  const services = ['api', 'billing', 'search', 'worker'];
  const routes = ['/api/v1/orders', '/api/v1/customers', '/api/v1/payments', '/healthz'];
  const levels = [30, 30, 30, 30, 30, 20, 40, 50];
  return (index) => {
    const route = routes[below(4)]!;
    const status = below(20) === 0 ? 500 : 200;
    const duration = below(900);
    const messages = [
      `GET ${route} answered ${status} in ${duration} ms`,
      `request completed for customer ${below(50_000)}`,
      `cache miss for key order:${below(100_000)}`,
      `connection to database opened in ${duration} ms`,
    ];
    return {
      level: levels[below(8)]!,
      time: nowMs - 3_600_000 + Math.floor((index / total) * 3_600_000),
      pid: 4711,
      hostname: `host-${below(8)}`,
      service: services[below(4)]!,
      trace_id: hex(32),
      route,
      status,
      duration,
      region: below(2) === 0 ? 'eu-central-1' : 'eu-west-1',
      version: '4.12.0',
      msg: messages[below(4)]!,
    };
  };
}

export const ndjsonBody = (lines: readonly LogLine[]): Buffer =>
  Buffer.from(lines.map((line) => `${JSON.stringify(line)}\n`).join(''));

const text = (value: string): Buffer => field(1, value);
const attribute = (place: number, [name, value]: readonly [string, string | number]): Buffer =>
  field(place, message(field(1, name), field(2, typeof value === 'string' ? text(value) : number(3, value))));
const severities: Readonly<Record<number, number>> = { 20: 5, 30: 9, 40: 13, 50: 17 };

const fixed64 = (place: number, value: bigint): Buffer => {
  const bytes = Buffer.alloc(9);
  bytes[0] = (place << 3) | 1;
  bytes.writeBigUInt64LE(value, 1);
  return bytes;
};

/** `ExportLogsServiceRequest` of the same lines, a resource for each service and host. */
export function otlpBody(lines: readonly LogLine[]): Buffer {
  const resources = new Map<string, LogLine[]>();
  for (const line of lines) {
    const key = `${line.service} ${line.hostname}`;
    const list = resources.get(key);
    if (list === undefined) resources.set(key, [line]);
    else list.push(line);
  }
  return message(
    ...[...resources.values()].map((own) => {
      const [{ service, hostname }] = own as [LogLine];
      const resource = field(
        1,
        message(attribute(1, ['service.name', service]), attribute(1, ['host.name', hostname])),
      );
      const records = own.map(({ level, time, service: _s, hostname: _h, trace_id, msg, ...fields }) =>
        field(
          2,
          message(
            fixed64(1, BigInt(time) * 1_000_000n),
            number(2, severities[level] ?? 9),
            field(5, text(msg)),
            ...Object.entries(fields).map((entry) => attribute(6, entry)),
            field(9, Buffer.from(trace_id, 'hex')),
          ),
        ),
      );
      return field(1, message(resource, field(2, message(...records))));
    }),
  );
}
