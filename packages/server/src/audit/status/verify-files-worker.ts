import { parentPort, workerData } from 'node:worker_threads';
import { parsePolicy } from '../log/formats/policy.ts';
import { verifyLog } from '../log/verify/verify-log.ts';
import { withoutWitnesses } from '../own-policy.ts';
import type { FilesToVerify } from './verify-files.ts';

/** The thread of `filesVerifier`: verifies once, tells the result and ends. */
const { directory, policy, sealSecret } = workerData as FilesToVerify;

parentPort?.postMessage(
  await verifyLog(
    directory,
    withoutWitnesses(parsePolicy(policy)),
    sealSecret === undefined ? {} : { sealSecret },
  ),
);
