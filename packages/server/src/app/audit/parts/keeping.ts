import type { Egress } from '../../../audit/egress/service.ts';
import type { AuditSettings } from '../../../audit/events/constants.ts';
import { retentionClasses } from '../../../audit/events/retention.ts';
import type { ArchiveStore } from '../../../audit/keeping/archive.ts';
import { createHolds, type HoldService } from '../../../audit/keeping/holds.ts';
import { createKeeping, type Keeping } from '../../../audit/keeping/service.ts';
import type { KeepingRule, PruneReport } from '../../../audit/keeping/types.ts';
import type { Ledger } from '../../../audit/log/ledger-types.ts';
import type { Recorder } from '../../../audit/types.ts';
import type { Vault } from '../../../audit/vault/service.ts';
import type { Clock } from '../../../base/clock.ts';
import type { Logger } from '../../../base/logger.ts';
import type { Jobs } from '../../../jobs/types.ts';
import { openObjects } from '../../../storage/objects/open.ts';
import type { State } from '../../../storage/state/state.ts';
import { underField } from '../config/fields.ts';
import type { AuditConfiguration } from '../config/configuration.ts';

export interface KeepingParts {
  readonly configuration: Pick<AuditConfiguration, 'logs' | 'retention' | 'archive'>;
  readonly settings: Pick<AuditSettings, 'COMPRESSION_LEVEL'>;
  readonly state: State;
  readonly ledger: Pick<Ledger, 'names' | 'reader' | 'publish' | 'prune'>;
  readonly clock: Clock;
  readonly log: Logger;
  readonly vault: Pick<Vault, 'discard'>;
  readonly recorder: Pick<Recorder, 'record'>;
  readonly egress: Pick<Egress, 'needs'>;
  readonly jobs: Pick<Jobs, 'schedule'>;
  readonly onHold?: () => void;
}

export interface JoinedKeeping {
  readonly holds: HoldService;
  readonly keeping: Keeping;
  /** How long each log is kept; for the ledger page. */
  readonly rules: readonly KeepingRule[];
}

/** An archived file holds about so much before it is packed. */
const partBytes = 64 * 1024 * 1024;
/** Archiving years of events may take a night; a run that was cut short is completed by the next. */
const runTimeoutMs = 20 * 3_600_000;

/** The built-in classes, changed by the configuration, one rule for each log. */
export function keepingRules({
  logs,
  retention,
}: Pick<AuditConfiguration, 'logs' | 'retention'>): readonly KeepingRule[] {
  const own = logs.map(({ name, retentionDays }) => ({ name, days: retentionDays }));
  return [...retentionClasses, ...own].map(({ name, days }) => {
    const rule = retention[name];
    return { log: name, days: rule?.days === undefined ? days : rule.days, archive: rule?.archive ?? false };
  });
}

/** Says what a run did; raises when a log could not be kept to its rule, so that the job counts as failed. */
function tell(reports: readonly PruneReport[], log: Logger): void {
  for (const { log: name, outcome, from, to, archive, freed, stoppedBy } of reports) {
    const facts = { log: name, from, to, archive: archive?.prefix ?? null, ...freed };
    if (outcome === 'pruned') log.info(facts, 'expired events were removed');
    if (outcome === 'held' || outcome === 'waiting')
      log.info({ log: name, stoppedBy }, 'expired events were not removed yet');
  }
  const failed = reports.filter(({ outcome }) => outcome === 'failed');
  if (failed.length === 0) return;
  throw new Error(failed.map(({ log: name, error }) => `The log "${name}": ${error}`).join(' '));
}

/**
 * Makes legal holds and retention, and lets it run once a day on one node. Raises `invalid_input` when the
 * address of the archive cannot be.
 */
export async function joinKeeping(parts: KeepingParts): Promise<JoinedKeeping> {
  const { configuration, settings, state, ledger, clock, vault, recorder, egress, jobs } = parts;
  const log = parts.log.child({ part: 'audit-retention' });
  const record = recorder.record.bind(recorder);
  const rules = keepingRules(configuration);
  let archive: ArchiveStore | undefined;
  if (configuration.archive !== undefined) {
    const { address, secrets = {}, prefix, compression } = configuration.archive;
    archive = {
      objects: await underField('audit.archive.address', () => openObjects(address, { clock, secrets })),
      prefix,
      compression: { kind: compression, level: settings.COMPRESSION_LEVEL },
      partBytes,
      clock,
    };
  }
  const holds = createHolds({
    state,
    clock,
    record,
    logs: () => ledger.names(),
    changed: () => parts.onHold?.(),
  });
  const keeping = createKeeping({
    state,
    ledger,
    clock,
    log,
    holds,
    vault,
    record,
    rules,
    // The index is none of them: what is gone needs no row, and one that is away must not keep events for ever.
    followers: [{ name: 'egress', needs: (name) => egress.needs(name) }],
    // It looks where a log begins by itself and removes its rows.
    forget: async () => 0,
    ...(archive === undefined ? {} : { archive }),
  });

  let running: Promise<readonly PruneReport[]> | undefined;
  jobs.schedule({
    name: 'audit.retention',
    cron: '30 2 * * *',
    timeoutMs: runTimeoutMs,
    toleranceMs: 3_600_000,
    async run() {
      // One that took longer than its time goes on; a second beside it would be in its way.
      running ??= keeping.run().finally(() => (running = undefined));
      tell(await running, log);
    },
  });
  return { holds, keeping, rules };
}
