import { canonicalJson } from './canonical-json.ts';
import { unfitEvent } from './errors.ts';
import { detailsLimitBytes, envelopeLimitBytes, leafLimitBytes, maxSealedFields } from './limits.ts';
import type { LeafEvent } from './types.ts';

/** Bytes of details as canonical JSON in UTF-8; raises `invalid_input` that names the place when not JSON. */
function bytesOf(details: unknown): number {
  // Wrapped, so that a fault is named by its path from the event.
  return Buffer.byteLength(canonicalJson({ details }), 'utf8') - '{"details":}'.length;
}

/**
 * Refuses details that are not JSON or over 50 KB of canonical JSON in UTF-8. Measured before anything is
 * sealed, so that the limit means the same for every type.
 */
export function checkDetails(details: unknown): void {
  const size = bytesOf(details);
  if (size > detailsLimitBytes) {
    throw unfitEvent([
      { field: 'details', message: `must be at most ${detailsLimitBytes} bytes of JSON and is ${size}` },
    ]);
  }
}

/**
 * The leaf of an event: canonical JSON (RFC 8785) of what was kept, with the sorted digests of what was
 * sealed. Raises `invalid_input` that names `envelope` or `sealed` when it would be too large: everything
 * besides the details may take 14,335 bytes, all together 65,535 (C2SP tlog-tiles).
 */
export function encodeLeaf(kept: Record<string, unknown>, digests: readonly string[]): Uint8Array {
  if (digests.length > maxSealedFields) {
    throw unfitEvent([{ field: 'sealed', message: `must be at most ${maxSealedFields} sensitive fields` }]);
  }
  const sealed = digests.length === 0 ? undefined : { alg: 'sha-256', digests: digests.toSorted() };
  const { details, ...envelope } = kept;
  const whole = { ...envelope, v: 1, sealed };
  const detailsBytes = bytesOf(details);
  const leaf = Buffer.from(canonicalJson({ ...whole, details }), 'utf8');
  if (leaf.length - detailsBytes > envelopeLimitBytes || leaf.length > leafLimitBytes) {
    throw unfitEvent([
      {
        field: 'envelope',
        message: `must be at most ${envelopeLimitBytes} bytes besides the details and is ${leaf.length - detailsBytes}`,
      },
    ]);
  }
  return leaf;
}

/** Reads a leaf that this program wrote. The bytes, and never what is made of them again, are what is hashed. */
export function decodeLeaf(leaf: Uint8Array): LeafEvent {
  return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(leaf)) as LeafEvent;
}
