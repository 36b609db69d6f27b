import type { Clock } from '../../base/clock.ts';
import { parseCheckpoint } from '../log/formats/checkpoint.ts';
import { anchorFailed } from './errors.ts';
import type { Anchor, AnchorCall } from './types.ts';

export interface WebhookAnchorOptions {
  readonly name: string;
  readonly url: string;
  readonly call: AnchorCall;
  readonly clock: Clock;
  /** The headers that sign a body, such as `Custos-Signature`; the scheme is that of all our webhooks. */
  sign(body: string): Readonly<Record<string, string>>;
}

const maxResponseBytes = 64 * 1024;
/** Of an answer, what a receipt keeps. */
const keptBytes = 4096;

/**
 * A receiver of somebody's own that gets every checkpoint as JSON. What it does with it is its affair, so
 * its receipt proves only that it answered.
 */
export function createWebhookAnchor({ name, url, call, clock, sign }: WebhookAnchorOptions): Anchor {
  return {
    name,
    kind: 'webhook',
    remembers: false,
    async publish({ log, text, note }, signal) {
      const { origin, size, root } = parseCheckpoint(text);
      const at = clock.now();
      const body = JSON.stringify({
        type: 'audit.checkpoint',
        log,
        origin,
        size,
        root: root.toString('base64'),
        checkpoint: note,
        sentAt: new Date(at).toISOString(),
      });
      const answer = await call({
        url,
        method: 'POST',
        headers: {
          'content-type': 'application/json',
          // The same checkpoint may come again after an answer was lost.
          'idempotency-key': `checkpoint-${origin}-${size}`.replace(/[^\x21-\x7E]/g, '_').slice(0, 200),
          ...sign(body),
        },
        body: Buffer.from(body),
        purpose: `anchor ${name}`,
        maxResponseBytes,
        ...(signal === undefined ? {} : { signal }),
      });
      if (answer.status < 200 || answer.status > 299)
        throw anchorFailed(name, `it answered ${answer.status}`);
      const receipt = Buffer.from(
        JSON.stringify({
          status: answer.status,
          contentType: answer.contentType.slice(0, 200),
          body: answer.body.subarray(0, keptBytes).toString('utf8'),
        }),
      );
      return { anchor: name, kind: 'webhook', log, origin, size, root, at, receipt };
    },
    newest: async () => null,
  };
}
