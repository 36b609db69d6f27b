import { createHmac } from 'node:crypto';
import type { Clock } from '../../base/clock.ts';
import type { ExportFormat } from '../events/export/format.ts';
import { badDestination, batchTooLarge, egressFailed } from './errors.ts';
import type { Destination, EgressBatch } from './types.ts';

/** One HTTP request, made through the outbound door. `Outbound.request` is one. */
export type EgressCall = (request: {
  readonly url: string;
  readonly method: 'POST';
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
  readonly purpose: string;
}) => Promise<{ readonly status: number; readonly headers: Readonly<Record<string, string>> }>;

export interface WebhookOptions {
  readonly url: string;
  readonly format: ExportFormat;
  /** Sign each request; two while one is being replaced. At least one. */
  readonly secrets: readonly string[];
  readonly call: EgressCall;
  readonly clock: Clock;
  /** Beside those of the batch, such as `authorization`. */
  readonly headers?: Readonly<Record<string, string>>;
  /** Default 500, 1 to 10,000. */
  readonly maxEvents?: number;
  /** Default 4 MiB. */
  readonly maxBytes?: number;
  /** Default 1,000 ms. */
  readonly pauseMs?: number;
  /** Default 30 s. */
  readonly timeoutMs?: number;
}

/** Names a batch for ever: the same batch has the same key, however often it is repeated. */
function batchKey({ destination, log, from, to }: Omit<EgressBatch, 'events'>): string {
  return `${destination}/${log}/${from}-${to}`;
}

/**
 * The same scheme as that of notifications (docs/webhooks.md): `t=SECONDS,v1=HEX`, where each `v1` is the
 * HMAC-SHA256 (RFC 2104) of the seconds, a full stop and the body, under one of the secrets.
 */
function signature(body: string, secrets: readonly string[], now: number): string {
  const seconds = Math.floor(now / 1000);
  const proofs = secrets.map(
    (secret) => `v1=${createHmac('sha256', secret).update(`${seconds}.${body}`).digest('hex')}`,
  );
  return [`t=${seconds}`, ...proofs].join(',');
}

/** Seconds of a `Retry-After` that is a number (RFC 9110, 10.2.3). */
function retryAfter(headers: Readonly<Record<string, string>>): { retryAfterSeconds?: number } {
  const text = headers['retry-after'] ?? '';
  return /^\d{1,9}$/.test(text) ? { retryAfterSeconds: Number(text) } : {};
}

/** Batches as signed POST requests; any answer of 2xx is the acknowledgement. */
export function createWebhookDestination(options: WebhookOptions): Destination {
  const { url, format, secrets, call, clock } = options;
  const { maxEvents = 500, maxBytes = 4 * 1024 * 1024, pauseMs = 1000, timeoutMs = 30_000 } = options;
  if (secrets.length === 0 || secrets.some((secret) => secret.length < 16)) {
    throw badDestination('secrets', 'must be one or more texts of 16 characters or more');
  }
  if (!Number.isInteger(maxEvents) || maxEvents < 1 || maxEvents > 10_000) {
    throw badDestination('maxEvents', 'must be a whole number from 1 to 10,000');
  }
  return {
    kind: 'webhook',
    batch: { maxEvents, maxBytes },
    pauseMs,
    timeoutMs,
    async send(batch, signal) {
      const { destination, log, from, to } = batch;
      const parts: string[] = [];
      for await (const part of format.write(batch.events())) parts.push(part);
      const body = parts.join('');
      const { status, headers } = await call({
        url,
        method: 'POST',
        headers: {
          ...options.headers,
          'content-type': format.mediaType,
          'idempotency-key': batchKey(batch),
          'custos-audit-log': log,
          'custos-audit-range': `${from}-${to}`,
          'custos-signature': signature(body, secrets, clock.now()),
        },
        body,
        timeoutMs,
        signal,
        purpose: `audit egress ${destination}`,
      });
      if (status >= 200 && status < 300) return;
      if (status === 413) throw batchTooLarge(`The receiver answered 413 to ${to - from} events.`);
      throw egressFailed(`The receiver answered ${status}.`, retryAfter(headers));
    },
  };
}
