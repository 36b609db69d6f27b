import type { State } from '../../../storage/state/state.ts';
import type { TrustPolicy } from '../formats/policy.ts';
import type { Verification } from '../verify/findings.ts';
import { verifyLog, type FrameSource } from '../verify/verify-log.ts';
import { readJournal, readOn } from './store.ts';

const framesAtOnce = 16;

async function* readFrames(state: State, end: number): ReturnType<FrameSource['frames']> {
  let from = 0;
  while (from < end) {
    const { frames } = await readOn(state, from, framesAtOnce);
    if (frames.length === 0) return;
    for (const { sequence, bytes } of frames) {
      if (sequence >= end) return;
      yield { where: `frame ${sequence} in the database`, bytes };
      from = sequence + 1;
    }
  }
}

/**
 * Verifies a ledger in PostgreSQL as `verifyLog` does one in files: every frame in the database, its
 * sequence and seal; every tile and bundle in a node's directory against them; every root against the
 * signed checkpoint that the node shows, under the policy. May run beside nodes that are in use.
 */
export async function verifyDatabaseLedger(
  parts: { readonly state: State; readonly directory: string; readonly sealSecret?: Uint8Array },
  policy: TrustPolicy,
): Promise<Verification> {
  const { state, directory, sealSecret } = parts;
  const source = async (): Promise<FrameSource> => {
    const { journalId, key, secret, nextSequence: end } = await readJournal(state.read);
    return { journalId, key, secret, end, frames: () => readFrames(state, end) };
  };
  return verifyLog(directory, policy, { source, ...(sealSecret !== undefined && { sealSecret }) });
}
