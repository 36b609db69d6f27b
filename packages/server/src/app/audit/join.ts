import { createCatalogue } from '../../audit/events/catalogue.ts';
import { exportFormats } from '../../audit/events/export-formats.ts';
import { ownType } from '../../audit/events/own-type.ts';
import { auditSettings } from '../../audit/events/settings.ts';
import { parsePolicy } from '../../audit/log/formats/policy.ts';
import { auditRoutes } from '../../audit/routes.ts';
import { exportRoutes } from '../../audit/routes-export.ts';
import { searchRoutes } from '../../audit/routes-searches.ts';
import { submitRoutes } from '../../audit/routes-submit.ts';
import { createAudit } from '../../audit/service.ts';
import type { Names } from '../../audit/reading.ts';
import type { Clock } from '../../base/clock.ts';
import type { Logger } from '../../base/logger.ts';
import type { Routes } from '../../http/types.ts';
import type { Jobs } from '../../jobs/types.ts';
import type { Columns } from '../../storage/columns/columns.ts';
import type { Part } from '../lifecycle.ts';
import type { Options } from '../options.ts';
import type { Stores } from '../stores.ts';
import { ledgerIdentity, logNames, openInstallationLedger } from './open-ledger.ts';

export interface JoinAuditRequest {
  readonly options: Options;
  readonly stores: Stores;
  readonly clock: Clock;
  readonly log: Logger;
  readonly columns: Columns;
  readonly jobs: Jobs;
  readonly names: Names;
}

/** Opens the ledger and joins everything of the audit log to it. What it opened is closed when it fails. */
export async function joinAudit(request: JoinAuditRequest) {
  const { options, stores, clock, log, columns, jobs, names } = request;
  const { state, secrets, keys } = stores;
  const configuration = options.audit;
  const identity = await ledgerIdentity({ audit: configuration, state, secrets, keys });
  const { dataPath } = options;
  const opened = await openInstallationLedger({
    identity,
    dataPath,
    state,
    clock,
    log,
    leases: jobs.leases,
    outsideRequired: configuration.outsideRequired,
  });
  const { ledger, leafLog, isActive } = opened;
  try {
    const catalogue = createCatalogue(
      configuration.types.map(ownType),
      configuration.logs.map(({ name }) => name),
    );
    const sharedIndex = options.columnsUrl !== null && options.columns.enabled;
    const audit = await createAudit({
      state,
      clock,
      log,
      columns,
      ledger,
      leafLog,
      keys,
      catalogue,
      settings: auditSettings(configuration.settings, configuration.profile),
      names,
      policy: parsePolicy(configuration.policy ?? 'quorum none\n'),
      // Nodes that share the database may share the engine too; the one that signs keeps the rows.
      ...(sharedIndex ? { mayWrite: isActive } : {}),
    });
    const routes: Routes[] = [
      auditRoutes({ audit, reading: audit.reading, index: audit.index, catalogue }),
      submitRoutes(audit),
      searchRoutes(audit.searches),
      exportRoutes({
        audit,
        reading: audit.reading,
        ledger,
        formats: exportFormats(catalogue),
        count: async (filter) =>
          (await audit.index.top(filter, 'outcome', 1000)).reduce((sum, { count }) => sum + count, 0),
      }),
    ];
    jobs.schedule({
      name: 'audit.forget-batches',
      everyMs: 3_600_000,
      run: async () => void (await audit.intake.forgetOldBatches()),
    });
    const parts: Part[] = [
      { name: 'ledger', stop: () => ledger.close() },
      { name: 'audit', start: () => audit.start(), stop: () => audit.stop() },
    ];
    return { audit, ledger, identity, opened, routes, parts, logs: logNames(configuration) };
  } catch (error) {
    await ledger.close();
    throw error;
  }
}
