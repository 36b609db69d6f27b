import type { PeerFacts } from '../../outbound/certificate.ts';

const dayMs = 86_400_000;

/** Whole days until the first certificate of the chain ends; negative when one has. */
export function certificateDays(peer: PeerFacts, now: number): number {
  const end = Number.isFinite(peer.chainValidTo) ? Math.min(peer.validTo, peer.chainValidTo) : peer.validTo;
  return Math.floor((end - now) / dayMs);
}

/** What to say of a certificate that ends soon; `undefined` while there is time. */
export function certificateFault(days: number, warnBelow: number): string | undefined {
  if (days < 0) return `The certificate ended ${-days} days ago.`;
  return days < warnBelow ? `The certificate ends in ${days} days.` : undefined;
}
