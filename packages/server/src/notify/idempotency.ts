import { createHash } from 'node:crypto';

/**
 * Returns the idempotency key of a notification: the first 160 bits of the SHA-256 of alert, step and
 * channel. It depends on nothing else, so no retry, restart or second node can come to another one.
 */
export function idempotencyKey(of: {
  readonly alertId: string | null;
  readonly step: string;
  readonly channelId: string;
}): string {
  return createHash('sha256')
    .update(JSON.stringify([of.alertId, of.step, of.channelId]))
    .digest('hex')
    .slice(0, 40);
}
