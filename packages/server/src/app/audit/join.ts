import { createCatalogue } from '../../audit/events/catalogue.ts';
import { exportFormats } from '../../audit/events/export-formats.ts';
import { ownType } from '../../audit/events/own-type.ts';
import { auditSettings } from '../../audit/events/settings.ts';
import { auditFacets } from '../../audit/health/facets.ts';
import { auditHealthRoutes } from '../../audit/health/routes.ts';
import { createAuditHealth } from '../../audit/health/service.ts';
import { createHealthSources } from '../../audit/health/sources.ts';
import { createLedgerStatus } from '../../audit/status/ledger-status.ts';
import { createSigners } from '../../audit/log/signing.ts';
import type { Names } from '../../audit/reading.ts';
import { evidenceRoutes } from '../../audit/verifier/routes.ts';
import { exportRoutes } from '../../audit/routes-export.ts';
import { holdRoutes } from '../../audit/keeping/routes.ts';
import { ledgerRoutes } from '../../audit/status/routes.ts';
import { privacyRoutes } from '../../audit/vault/routes.ts';
import { searchRoutes } from '../../audit/searches/routes.ts';
import { submitRoutes } from '../../audit/routes-submit.ts';
import { tileRoutes } from '../../audit/routes-tiles.ts';
import { witnessRoutes } from '../../audit/anchors/witness/routes.ts';
import { auditRoutes } from '../../audit/routes.ts';
import { createAudit } from '../../audit/service.ts';
import { systemActor } from '../../audit/types.ts';
import { createEvidence } from '../../audit/verifier/evidence-zip.ts';
import { createLedgerVerification } from '../../audit/status/verification.ts';
import { databaseVerifier } from '../../audit/status/verify-database.ts';
import { filesVerifier } from '../../audit/status/verify-files.ts';
import type { Clock } from '../../base/clock.ts';
import type { Logger } from '../../base/logger.ts';
import type { Routes } from '../../http/types.ts';
import type { Jobs } from '../../jobs/types.ts';
import type { Outbound } from '../../outbound/types.ts';
import type { Columns } from '../../storage/columns/columns.ts';
import type { Part } from '../lifecycle.ts';
import type { Options } from '../options.ts';
import type { Stores } from '../stores.ts';
import { joinBackup } from './parts/backup.ts';
import { joinEgress } from './parts/egress.ts';
import { joinKeeping } from './parts/keeping.ts';
import { ledgerDirectory, ledgerIdentity, openInstallationLedger, type OpenedLedger } from './open-ledger.ts';
import { joinOutside, type JoinedOutside } from './parts/outside.ts';

export interface JoinAuditRequest {
  readonly options: Options;
  readonly stores: Stores;
  readonly clock: Clock;
  readonly log: Logger;
  readonly columns: Columns;
  readonly jobs: Jobs;
  readonly outbound: Outbound;
  readonly names: Names;
  /** Told after a legal hold was placed or released. */
  readonly onHold: () => void;
}

/** How often everything is verified from the journal up: at night, by one node. */
const verifyAt = '30 3 * * *';

/**
 * Opens the ledger and joins everything of the audit log to it. Raises `ledger_behind` and `ledger_forked`
 * when it must not sign, and what the configuration raises; what was opened is closed again then.
 */
export async function joinAudit(request: JoinAuditRequest) {
  const { options, stores, clock, log, jobs, outbound } = request;
  const { state, secrets, keys } = stores;
  const { audit: configuration, dataPath } = options;
  const identity = await ledgerIdentity({ audit: configuration, state, secrets, keys });
  const outside = await joinOutside({ configuration, identity, state, clock, log, outbound });
  let opened: OpenedLedger;
  try {
    opened = await openInstallationLedger({
      identity,
      dataPath,
      state,
      clock,
      log,
      leases: jobs.leases,
      outside: outside.heads,
      outsideRequired: configuration.outsideRequired,
    });
  } catch (error) {
    outside.close();
    throw error;
  }
  try {
    return await joinParts(request, { identity, outside, opened });
  } catch (error) {
    outside.close();
    await opened.ledger.close();
    throw error;
  }
}

interface Open {
  readonly identity: Awaited<ReturnType<typeof ledgerIdentity>>;
  readonly outside: JoinedOutside;
  readonly opened: OpenedLedger;
}

/** Everything that stands on the open ledger. */
async function joinParts(request: JoinAuditRequest, { identity, outside, opened }: Open) {
  const { options, stores, clock, log, columns, jobs, outbound, names } = request;
  const { state, keys } = stores;
  const { audit: configuration, dataPath } = options;
  const { ledger, leafLog, store, isActive } = opened;
  const directory = ledgerDirectory(dataPath);
  const settings = auditSettings(configuration.settings, configuration.profile);
  const catalogue = createCatalogue(
    configuration.types.map(ownType),
    configuration.logs.map(({ name }) => name),
  );
  const sharesIndex = options.columns.enabled && options.columnsUrl !== null;
  const audit = await createAudit({
    state,
    clock,
    log,
    columns,
    ledger,
    leafLog,
    keys,
    catalogue,
    settings,
    names,
    policy: outside.policy,
    // Of nodes that share the engine, the one that signs keeps the rows.
    ...(sharesIndex ? { mayWrite: isActive } : {}),
  });
  const { recorder, vault, index, reading } = audit;
  const shared = { configuration, settings, state, ledger, clock, log, vault, recorder, jobs };
  const { anchoring, witnesses, part: outsidePart } = outside.over(ledger, isActive);
  const { egress, part: egressPart } = await joinEgress({
    ...shared,
    catalogue,
    leases: jobs.leases,
    outbound,
  });
  const { holds, rules } = await joinKeeping({ ...shared, egress, onHold: request.onHold });
  await joinBackup({ ...shared, store, directory, keys });

  const policy = outside.policyText;
  const verify =
    store === 'files' ? filesVerifier({ directory, policy }) : databaseVerifier({ state, directory, policy });
  const verification = createLedgerVerification({
    verify,
    clock,
    log,
    audit,
    onFailed: ({ findings }) => log.error({ findings }, 'the ledger is not what it signed'),
  });
  const hasWitnesses = outside.policy.witnesses.size > 0;
  const hasAnchors = configuration.anchors.length > 0;
  const status = createLedgerStatus({
    store,
    ledger,
    signersOf: createSigners(identity.keysOf),
    rules,
    policy,
    witnessKeys: outside.witness?.vkeys ?? [],
    witnesses: hasWitnesses ? witnesses : null,
    anchors: hasAnchors ? anchoring : null,
    egress: configuration.egress.length > 0 ? egress : null,
    index,
    verification,
  });
  const sources = createHealthSources({
    state,
    clock,
    ledger,
    index,
    directory,
    hasIndex: options.columns.enabled,
    buffered: audit.submissions.buffered,
    verification: () => verification.last(),
    witnesses: () => (hasWitnesses ? witnesses.status() : []),
    anchors: () => (hasAnchors ? anchoring.status() : []),
  });
  const health = createAuditHealth({ sources, settings, clock });

  jobs.schedule({
    name: 'audit.forget-batches',
    everyMs: 3_600_000,
    run: async () => void (await audit.intake.forgetOldBatches()),
  });
  jobs.schedule({
    name: 'audit.verify',
    cron: verifyAt,
    timeoutMs: 6 * 3_600_000,
    run: async () => {
      const result = await verification.start(systemActor).finished;
      if (result?.state === 'failed') throw new Error(`The ledger did not verify: ${result.findings[0]}`);
    },
  });

  const evidence = createEvidence({ reader: (name) => ledger.reader(name), vault, policy, clock });
  const find = (id: string) => index.find(id);
  const routes: Routes[] = [
    auditRoutes({ audit, reading, index, catalogue }),
    submitRoutes(audit),
    searchRoutes(audit.searches),
    exportRoutes({
      audit,
      reading,
      ledger,
      catalogue,
      formats: exportFormats(catalogue),
      count: reading.count,
    }),
    evidenceRoutes({ evidence, find, audit, catalogue }),
    privacyRoutes({ vault, audit }),
    holdRoutes({ holds }),
    ledgerRoutes({ status, verification, index, log }),
    tileRoutes({ ledger, openness: configuration.public, audit, clock }),
    auditHealthRoutes(health),
    ...(outside.witness === null ? [] : [witnessRoutes({ witness: outside.witness })]),
  ];
  const parts: readonly Part[] = [
    { name: 'ledger', stop: () => ledger.close() },
    outsidePart,
    { name: 'audit', start: () => audit.start(), stop: () => audit.stop() },
    { name: 'ledger verification', stop: () => verification.stop() },
  ];
  return {
    audit,
    ledger,
    health,
    holds,
    /** Looks at the audit log for Custos's own probe. */
    selfChecks: auditFacets({ health, sources }),
    routes,
    parts,
    /** Run behind the jobs, whose leases they hold. */
    workers: [egressPart],
  };
}
