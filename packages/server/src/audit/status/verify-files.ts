import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import type { Verification } from '../log/verify/findings.ts';

/** What the worker is told. */
export interface FilesToVerify {
  readonly directory: string;
  /** Text of the C2SP tlog-policy that has the logs' keys. */
  readonly policy: string;
  /** The journal's initial secret; default: the one beside the journal, when it is there. */
  readonly sealSecret?: Uint8Array;
}

/**
 * Verifies a ledger in files in a thread of its own: hashing a segment of 32 MB holds up a thread for most
 * of a second, which is too long for whoever is being served. Give it to `createLedgerVerification`.
 */
export function filesVerifier(options: {
  readonly directory: string;
  readonly policy: () => string;
  readonly sealSecret?: Uint8Array;
}): (signal: AbortSignal) => Promise<Verification> {
  return async (signal) => {
    signal.throwIfAborted();
    const workerData: FilesToVerify = { ...options, policy: options.policy() };
    const worker = new Worker(new URL('verify-files-worker.ts', import.meta.url), { workerData });
    try {
      const lost = once(worker, 'exit').then(() => {
        throw new Error('The thread that verified ended without a result.');
      });
      const [result] = (await Promise.race([once(worker, 'message', { signal }), lost])) as [Verification];
      return result;
    } finally {
      await worker.terminate();
    }
  };
}
