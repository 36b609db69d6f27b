import { canonicalJson, canonicalMembers } from './canonical-json.ts';
import { unfitEvent } from './errors.ts';
import { detailsLimitBytes, envelopeLimitBytes, leafLimitBytes, maxSealedFields } from './limits.ts';
import type { LeafEvent } from './types.ts';

/**
 * The canonical JSON of an event's details. Refuses what is not JSON and what is over 51,200 bytes in UTF-8;
 * measured before anything is sealed, so that the limit means the same for every type.
 */
export function detailsText(details: unknown): string {
  const text = canonicalJson(details, ['details']);
  const size = Buffer.byteLength(text, 'utf8');
  if (size > detailsLimitBytes) {
    throw unfitEvent([
      { field: 'details', message: `must be at most ${detailsLimitBytes} bytes of JSON and is ${size}` },
    ]);
  }
  return text;
}

/** What a leaf is made of. */
export interface LeafParts {
  /** The event without its details and without what is sealed. */
  readonly envelope: Readonly<Record<string, unknown>>;
  /** The details as canonical JSON, without what is sealed. */
  readonly details: string;
  readonly digests: readonly string[];
}

/**
 * The leaf of an event: canonical JSON (RFC 8785) of what was kept, with the sorted digests of what was
 * sealed. Raises `invalid_input` that names `envelope` or `sealed` when it would be too large: everything
 * besides the details may take 14,335 bytes, all together 65,535 (C2SP tlog-tiles).
 */
export function encodeLeaf({ envelope, details, digests }: LeafParts): Uint8Array {
  if (digests.length > maxSealedFields) {
    throw unfitEvent([{ field: 'sealed', message: `must be at most ${maxSealedFields} sensitive fields` }]);
  }
  const sealed = digests.length === 0 ? undefined : { alg: 'sha-256', digests: digests.toSorted() };
  const leaf = Buffer.from(canonicalMembers({ ...envelope, v: 1, sealed }, { details }), 'utf8');
  const besides = leaf.length - Buffer.byteLength(details, 'utf8');
  if (besides > envelopeLimitBytes || leaf.length > leafLimitBytes) {
    throw unfitEvent([
      {
        field: 'envelope',
        message: `must be at most ${envelopeLimitBytes} bytes besides the details and is ${besides}`,
      },
    ]);
  }
  return leaf;
}

/** Reads a leaf that this program wrote. The bytes, and never what is made of them again, are what is hashed. */
export function decodeLeaf(leaf: Uint8Array): LeafEvent {
  return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(leaf)) as LeafEvent;
}
