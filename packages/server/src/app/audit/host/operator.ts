import { auditSettings } from '../../../audit/events/settings.ts';
import type { AuditSettings } from '../../../audit/events/constants.ts';
import { parsePolicy, type TrustPolicy } from '../../../audit/log/formats/policy.ts';
import { createSigners } from '../../../audit/log/signing.ts';
import { ownPolicyText, withoutWitnesses } from '../../../audit/own-policy.ts';
import { systemActor, type Recorder } from '../../../audit/types.ts';
import { systemClock } from '../../../base/clock.ts';
import { silentLogger } from '../../../base/logger.ts';
import { openOperatorRecorder } from '../../operator.ts';
import type { Options } from '../../options.ts';
import { openStores, type Stores } from '../../stores.ts';
import { ledgerDirectory, ledgerIdentity, type LedgerIdentity } from '../open-ledger.ts';

/** What a command of `custos audit` on the host works with, beside a running server or without one. */
export interface AuditOperator {
  readonly options: Options;
  readonly stores: Stores;
  readonly identity: LedgerIdentity;
  readonly settings: AuditSettings;
  /** Where the files of the ledger are. */
  readonly directory: string;
  readonly store: 'files' | 'database';
  /** Trusts the own logs; witnesses are not asked for, since the newest checkpoint may still lack them. */
  ownPolicy(): TrustPolicy;
  /** Does something with its attempt on record before it and its outcome after it. */
  onRecord<T>(act: OperatorAct, work: () => Promise<T>): Promise<T>;
  close(): Promise<void>;
}

export interface OperatorAct {
  /** `noun.verb`. */
  readonly action: string;
  readonly details: Readonly<Record<string, unknown>>;
}

/** Opens the stores for one command. Nothing is locked: State is shared with a running server. */
export async function openAuditOperator(options: Options): Promise<AuditOperator> {
  const stores = await openStores(options, { clock: systemClock, log: silentLogger });
  const { state } = stores;
  let identity: LedgerIdentity;
  let audit: Recorder;
  try {
    identity = await ledgerIdentity({ audit: options.audit, ...stores });
    audit = await openOperatorRecorder(options, stores);
  } catch (error) {
    await state.close();
    throw error;
  }
  const record = ({ action, details }: OperatorAct, outcome: 'attempted' | 'succeeded' | 'failed') =>
    audit.append({
      actor: systemActor,
      action,
      target: null,
      outcome,
      address: null,
      requestId: null,
      details: { ...details, by: 'command on the host' },
    });

  return {
    options,
    stores,
    identity,
    settings: auditSettings(options.audit.settings, options.audit.profile),
    directory: ledgerDirectory(options.dataPath),
    store: state.dialect === 'postgres' ? 'database' : 'files',
    ownPolicy() {
      const signersOf = createSigners(identity.keysOf);
      const verifiers = identity.logs.flatMap(({ origin }) =>
        signersOf(origin).map(({ verifier }) => verifier),
      );
      return withoutWitnesses(parsePolicy(ownPolicyText(options.audit.policy ?? null, verifiers)));
    },
    async onRecord(act, work) {
      await record(act, 'attempted');
      try {
        const done = await work();
        await record(act, 'succeeded');
        return done;
      } catch (error) {
        await record(act, 'failed');
        throw error;
      }
    },
    close: () => state.close(),
  };
}
