import { createHmac } from 'node:crypto';

/**
 * Returns the value of `Custos-Signature`: `t=<unix seconds>,v1=<hex>`, where each `v1` is the HMAC-SHA256
 * (RFC 2104) of `t`, a full stop and the body under one secret. While a secret is being rotated there are
 * two, and a receiver accepts either. The scheme and its reading are in docs/webhooks.md.
 */
export function signatureHeader(
  body: string,
  { secrets, now }: { readonly secrets: readonly string[]; readonly now: number },
): string {
  const seconds = Math.floor(now / 1000);
  const proofs = secrets.map(
    (secret) => `v1=${createHmac('sha256', secret).update(`${seconds}.${body}`).digest('hex')}`,
  );
  return [`t=${seconds}`, ...proofs].join(',');
}
