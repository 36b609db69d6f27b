import { verifyDatabaseLedger } from '../../../audit/log/database/verify.ts';
import { parsePolicy } from '../../../audit/log/formats/policy.ts';
import type { Finding, Verification } from '../../../audit/log/verify/findings.ts';
import { verifyLog } from '../../../audit/log/verify/verify-log.ts';
import type { Options } from '../../options.ts';
import { openAuditOperator } from './operator.ts';

export type { Finding, Verification };

/** Retention may take files away under a verification, so what was found counts when it is found again. */
async function twice(verify: () => Promise<Verification>): Promise<Verification> {
  const first = await verify();
  return first.valid ? first : verify();
}

/**
 * Verifies a ledger's directory under a C2SP tlog-policy, without configuration or server. Raises
 * `malformed_record` for a policy that is none.
 */
export function verifyDirectory(request: {
  readonly directory: string;
  readonly policy: string;
  readonly sealSecret?: Uint8Array;
}): Promise<Verification> {
  const { directory, sealSecret } = request;
  const policy = parsePolicy(request.policy);
  return twice(() => verifyLog(directory, policy, sealSecret === undefined ? {} : { sealSecret }));
}

/** Verifies the installation's own ledger, in files or in its database, under its own keys. */
export async function verifyInstallation(options: Options): Promise<Verification> {
  const operator = await openAuditOperator(options);
  const { directory, stores, store } = operator;
  try {
    const policy = operator.ownPolicy();
    return await twice(() =>
      store === 'database'
        ? verifyDatabaseLedger({ state: stores.state, directory }, policy)
        : verifyLog(directory, policy),
    );
  } finally {
    await operator.close();
  }
}
