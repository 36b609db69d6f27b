import type { AnchorKind } from '../anchors/types.ts';

/** Who outside knows of the ledger's checkpoints. */
export interface Outside {
  /** Names of the witnesses that are asked to cosign. */
  readonly witnesses: readonly string[];
  /** True when the policy trusts no checkpoint without the cosignatures of a quorum. */
  readonly quorumAsked: boolean;
  readonly anchors: readonly { readonly name: string; readonly kind: AnchorKind }[];
}

const listed = (names: readonly string[]): string => names.join(', ');

/**
 * What is and is not guaranteed with what is outside, in plain words; see the table in `anchors/README.md`.
 * Says nothing of how far witnesses and anchors are, which the ledger's status lists.
 */
export function guaranteeOf({ witnesses, quorumAsked, anchors }: Outside): string {
  const named = (kind: AnchorKind): readonly string[] =>
    anchors.filter((anchor) => anchor.kind === kind).map(({ name }) => name);
  const [locks, stamps, webhooks] = [named('s3-lock'), named('rfc3161'), named('webhook')];
  const isQuorum = quorumAsked && witnesses.length > 0;
  const sentences = [
    'Without the signing keys of this installation nobody can change, remove or reorder what a checkpoint has signed unnoticed: whoever verifies finds it.',
  ];
  if (isQuorum) {
    sentences.push(
      `Whoever has the keys cannot make another history that is trusted either: the policy asks for cosignatures of witnesses outside (${listed(witnesses)}), and they refuse what does not continue what they have seen. Only if enough of them acted together with the forger would it pass.`,
    );
  } else if (witnesses.length > 0) {
    sentences.push(
      `Witnesses outside cosign (${listed(witnesses)}), but the policy does not ask for that: whoever has the keys can make another history without their cosignatures, and only who looks for these notices.`,
    );
  }
  if (locks.length > 0) {
    sentences.push(
      `Checkpoints stored under a lock (${listed(locks)}) cannot be removed or replaced before the lock ends, not with the keys either, so another history contradicts them.`,
    );
  }
  if (stamps.length > 0) {
    sentences.push(
      `Time stamps (${listed(stamps)}) prove when checkpoints existed: whoever has the keys can make another history now, and cannot date it back.`,
    );
  }
  if (webhooks.length > 0) {
    sentences.push(
      `What the receivers of checkpoints (${listed(webhooks)}) do with them is their affair; it is not counted here.`,
    );
  }
  if (witnesses.length === 0 && locks.length === 0 && stamps.length === 0) {
    sentences.push(
      'No witness and no anchor outside is set up, so whoever has the keys and can replace the store can make another history that verifies. Only who kept a checkpoint or receipt of before would notice.',
    );
  } else {
    sentences.push('What came after the last confirmed checkpoint is covered by the first sentence alone.');
  }
  return sentences.join(' ');
}
