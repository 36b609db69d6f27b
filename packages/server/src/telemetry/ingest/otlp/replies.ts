import type { TelemetrySignal } from '@custos/contract';
import type { Refusal } from '../../types.ts';

/** How a request is encoded; the reply is encoded likewise (OTLP 1.x, "OTLP/HTTP Response"). */
export type Encoding = 'protobuf' | 'json';

export const contentTypes: Readonly<Record<Encoding, string>> = {
  protobuf: 'application/x-protobuf',
  json: 'application/json',
};

const rejectedNames: Readonly<Record<TelemetrySignal, string>> = {
  metrics: 'rejectedDataPoints',
  logs: 'rejectedLogRecords',
  traces: 'rejectedSpans',
};

function varint(value: number): number[] {
  const bytes: number[] = [];
  let rest = value;
  while (rest >= 0x80) {
    bytes.push((rest % 0x80) + 0x80);
    rest = Math.floor(rest / 0x80);
  }
  return [...bytes, rest];
}

const run = (field: number, content: Uint8Array): Uint8Array =>
  Buffer.concat([Buffer.from([(field << 3) | 2, ...varint(content.length)]), content]);

/** The empty message when all was taken; otherwise `partial_success` with how many were not, and why. */
export function exportReply(
  refusals: readonly Refusal[],
  { signal, encoding }: { readonly signal: TelemetrySignal; readonly encoding: Encoding },
): Buffer {
  const rejected = refusals.reduce((total, { count }) => total + count, 0);
  const why = refusals.map(({ message, count }) => `${message} (${count})`).join(' ');
  if (encoding === 'json') {
    const reply =
      refusals.length === 0
        ? {}
        : { partialSuccess: { [rejectedNames[signal]]: String(rejected), errorMessage: why } };
    return Buffer.from(JSON.stringify(reply));
  }
  if (refusals.length === 0) return Buffer.alloc(0);
  const inner = Buffer.concat([Buffer.from([1 << 3, ...varint(rejected)]), run(2, Buffer.from(why))]);
  return Buffer.from(run(1, inner));
}

/** Codes of `google.rpc.Code` by HTTP status, as OTLP's clients know them. */
const rpcCodes: Readonly<Record<number, number>> = {
  400: 3,
  401: 16,
  403: 7,
  413: 3,
  415: 3,
  429: 8,
  503: 14,
};

/** A `google.rpc.Status` that says why a request was refused as a whole. */
export function statusReply(status: number, message: string, encoding: Encoding): Buffer {
  const code = rpcCodes[status] ?? 2;
  if (encoding === 'json') return Buffer.from(JSON.stringify({ code, message }));
  return Buffer.concat([Buffer.from([1 << 3, code]), run(2, Buffer.from(message))]);
}
