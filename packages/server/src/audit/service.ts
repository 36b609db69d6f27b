import type { Clock } from '../base/clock.ts';
import { messageOf } from '../base/errors.ts';
import type { Logger } from '../base/logger.ts';
import type { Columns } from '../storage/columns/columns.ts';
import type { SecretKeys } from '../storage/secrets/types.ts';
import type { State } from '../storage/state/state.ts';
import { createAdmission } from './events/admission.ts';
import type { Catalogue } from './events/catalogue.ts';
import type { AuditSettings } from './events/constants.ts';
import { createIntake } from './events/intake.ts';
import { createSecurityGroups } from './events/security-groups.ts';
import { createSavedSearches } from './searches/service.ts';
import { createAuditIndex } from './index/service.ts';
import type { TrustPolicy } from './log/formats/policy.ts';
import type { LeafLog } from './log/leaf-log.ts';
import type { Ledger } from './log/ledger-types.ts';
import { createWitnessWait } from './log/witnessed.ts';
import { createReading, type Names } from './reading.ts';
import { appendLeaves, createRecorder } from './recorder.ts';
import { createSubmissions } from './submissions.ts';
import { createVault } from './vault/service.ts';

export interface AuditParts {
  readonly state: State;
  readonly clock: Clock;
  readonly log: Logger;
  readonly columns: Columns;
  /** Opened by the caller and closed by it, after `stop`. */
  readonly ledger: Ledger;
  readonly leafLog: LeafLog;
  /** The installation's keys, newest first. */
  readonly keys: SecretKeys;
  readonly catalogue: Catalogue;
  readonly settings: AuditSettings;
  readonly names: Names;
  /** Whose witnesses count for the level `witnessed`. */
  readonly policy: TrustPolicy;
  /** Whether this node keeps the rows of a shared index; always when absent. */
  readonly mayWrite?: () => boolean;
}

/** What went wrong at the door becomes events this often, ms. */
const reportMs = 5_000;

/**
 * The audit log: takes events in, keeps them in the ledger, finds and proves them. The parts that the
 * routes and the other folders work with are its members. Call `start` before anything is appended.
 *
 * Raises `secret_key_wrong` when the vault was sealed with a key that is not among `keys`.
 */
export async function createAudit(parts: AuditParts) {
  const { state, clock, columns, ledger, leafLog, keys, catalogue, settings, names, policy, mayWrite } =
    parts;
  const log = parts.log.child({ part: 'audit' });
  const vault = await createVault({ state, keys, clock });
  const groups = createSecurityGroups();
  const admission = createAdmission({
    clock,
    perSecond: settings.RATE_LIMIT_PER_SECOND,
    burst: settings.RATE_LIMIT_BURST,
  });
  const intake = createIntake({ state, clock, catalogue, vault, admission, groups });
  const index = createAuditIndex({
    columns,
    ledger,
    catalogue,
    clock,
    log: parts.log,
    settings,
    ...(mayWrite === undefined ? {} : { mayWrite }),
  });
  const witnessWait = policy.quorum === 'none' ? null : createWitnessWait({ ledger, policy, clock });
  const recorder = createRecorder({ intake, leafLog });
  const submissions = createSubmissions({ intake, leafLog, index, witnessWait, log: parts.log });
  const reading = createReading({ index, ledger, vault, names });
  const stopping = new AbortController();
  let reporting: Promise<void> = Promise.resolve();

  async function report(): Promise<void> {
    try {
      await appendLeaves(leafLog, await intake.report());
    } catch (error) {
      log.warn({ error: messageOf(error) }, 'what went wrong at the intake could not be recorded yet');
    }
  }

  async function reportRegularly(): Promise<void> {
    while (!stopping.signal.aborted) {
      await clock.sleep(reportMs, stopping.signal);
      await report();
    }
  }

  return {
    /** Records acts of Custos itself; the port of the other domains. */
    append: recorder.append,
    recorder,
    submissions,
    reading,
    intake,
    vault,
    index,
    catalogue,
    searches: createSavedSearches({ state, clock }),
    /** Security events that wait to be recorded, by source. */
    pendingSecurity: () => groups.pending(),

    async start(): Promise<void> {
      await leafLog.start();
      await index.start();
      reporting = reportRegularly();
    },

    /** Puts what is in memory on record and stops; the ledger stays open. */
    async stop(): Promise<void> {
      stopping.abort();
      await reporting;
      await submissions.settle();
      await index.stop();
      await leafLog.stop();
      witnessWait?.close();
    },
  };
}

export type Audit = Awaited<ReturnType<typeof createAudit>>;
