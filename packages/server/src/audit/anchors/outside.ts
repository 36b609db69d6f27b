import type { Clock } from '../../base/clock.ts';
import { messageOf } from '../../base/errors.ts';
import type { Logger } from '../../base/logger.ts';
import type { State } from '../../storage/state/state.ts';
import type { TrustPolicy } from '../log/formats/policy.ts';
import { emptyRoot } from '../log/merkle/hashing.ts';
import { verifyConsistency } from '../log/merkle/verify-proofs.ts';
import type { ExternalHead, ExternalHeads } from '../log/types.ts';
import { witnessHeads, type WitnessCall } from '../log/witness/client.ts';
import { nobodyOutside } from './errors.ts';
import { listReceipts, loadProgress } from './store.ts';
import type { Anchor } from './types.ts';
import { within } from './within.ts';
import { peersOf } from './witnesses.ts';

const askTimeoutMs = 15_000;

export interface OutsideRequest {
  readonly state: State;
  readonly clock: Clock;
  readonly log: Logger;
  readonly policy: TrustPolicy;
  readonly call: WitnessCall;
  readonly anchors: readonly Anchor[];
}

/** For `LedgerOptions.outside`, and for `createWitnesses` afterwards. */
export interface Outside extends ExternalHeads {
  /** True once somebody outside has answered what they know of an origin. */
  isConfirmed(origin: string): boolean;
}

type Asked = Parameters<ExternalHeads['heads']>[0];

/** What State remembers that anchors and witnesses confirmed. */
async function remembered(state: State, origin: string): Promise<ExternalHead[]> {
  const receipts = await listReceipts(state, { origin }, 100);
  const progress = (await loadProgress(state)).filter((row) => row.origin === origin && row.root !== null);
  return [
    ...receipts.map(({ anchor, size, root }) => ({
      source: `the receipt of the anchor ${anchor}`,
      size,
      root,
    })),
    ...progress.map(({ peer, size, root }) => ({ source: `what the ${peer} confirmed`, size, root })),
  ];
}

/** Whether a head that is known is no beginning of what the log holds. */
async function contradicts(known: ExternalHead, { head, consistencyProof }: Asked): Promise<boolean> {
  if (known.size > head.size) return true;
  if (known.root === null) return false;
  if (known.size === 0) return !known.root.equals(emptyRoot);
  return !verifyConsistency({
    oldSize: known.size,
    oldRoot: known.root,
    newSize: head.size,
    newRoot: head.root,
    proof: await consistencyProof(known.size, head.size),
  });
}

/**
 * Everybody who may know of a newer head than our own files: each witness of the policy, each anchor that
 * remembers, and State, which may have been restored to another time than the ledger. For `LedgerOptions`.
 *
 * Rejects with `outside_unreachable` when there are witnesses or remembering anchors and none of them can be
 * asked; one that cannot is passed by with a warning.
 */
export function createOutside(request: OutsideRequest): Outside {
  const { state, clock, log, policy, call, anchors } = request;
  const peers = peersOf(policy);
  const confirmed = new Set<string>();

  return {
    isConfirmed: (origin) => confirmed.has(origin),
    async heads(asked) {
      const { origin } = asked;
      const own = await remembered(state, origin);
      const sources = [
        ...peers.map((peer) => ({
          name: `the witness ${peer.name}`,
          // Without a checkpoint to submit there is nothing that a witness can be asked.
          isAsked: asked.published !== null,
          ask: () => witnessHeads([peer], call).heads(asked),
        })),
        ...anchors
          .filter(({ remembers }) => remembers)
          .map((anchor) => ({
            name: `the anchor ${anchor.name}`,
            isAsked: true,
            ask: async () => [await anchor.newest(origin)].filter((head) => head !== null),
          })),
      ];
      const answers = await Promise.allSettled(
        sources.map(({ ask }) => within({ clock, ms: askTimeoutMs }, ask)),
      );
      const heads = [...own];
      const silent: string[] = [];
      for (const [index, answer] of answers.entries()) {
        const name = sources[index]?.name ?? '';
        if (answer.status === 'fulfilled') {
          heads.push(...answer.value);
          if (sources[index]?.isAsked === true) confirmed.add(origin);
        } else silent.push(`${name}: ${messageOf(answer.reason)}`);
      }
      if (sources.length === 0 || silent.length < sources.length) {
        for (const why of silent)
          log.warn({ origin, why }, 'one outside could not be asked for the newest head');
        return heads;
      }
      // What State knows outweighs that nobody else can be asked, when it is against signing.
      for (const head of own) if (await contradicts(head, asked)) return heads;
      throw nobodyOutside(silent);
    },
  };
}
