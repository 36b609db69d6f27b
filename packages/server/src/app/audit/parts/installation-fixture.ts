import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createCatalogue } from '../../../audit/events/catalogue.ts';
import { ownType } from '../../../audit/events/own-type.ts';
import { auditSettings } from '../../../audit/events/settings.ts';
import { createAudit, type Audit } from '../../../audit/service.ts';
import { systemClock, type Clock } from '../../../base/clock.ts';
import { silentLogger } from '../../../base/logger.ts';
import { createJobs } from '../../../jobs/service.ts';
import type { Jobs, Schedule } from '../../../jobs/types.ts';
import { createColumns } from '../../../storage/columns/create.ts';
import { parseSecretKeys } from '../../../storage/secrets/keys.ts';
import { createSecrets } from '../../../storage/secrets/service.ts';
import { migrate } from '../../../storage/state/migrate.ts';
import { migrations } from '../../../storage/state/migrations/index.ts';
import type { State } from '../../../storage/state/state.ts';
import type { Options } from '../../options.ts';
import { openDoors } from '../../outbound-doors.ts';
import { auditConfiguration } from '../config/configuration.ts';
import { ledgerDirectory, ledgerIdentity, openInstallationLedger } from '../open-ledger.ts';
import { joinOutside } from './outside.ts';

const keys = parseSecretKeys(randomBytes(32).toString('hex'), 'test');

/** An installation's audit log, joined from its configuration as the program joins it, on real stores. */
export interface Installation {
  readonly dataPath: string;
  readonly audit: Audit;
  readonly ledger: Awaited<ReturnType<typeof openInstallationLedger>>['ledger'];
  readonly outside: Awaited<ReturnType<typeof joinOutside>>;
  readonly work: ReturnType<Awaited<ReturnType<typeof joinOutside>>['over']>;
  /** What the modules under test take, as one object. */
  readonly parts: ReturnType<typeof sharedParts> & { readonly state: State };
  /** Schedules by name; run by the test instead of by the hour. */
  readonly schedules: ReadonlyMap<string, Schedule>;
  close(): Promise<void>;
}

type Joined = Pick<Installation, 'audit' | 'ledger'> & {
  readonly configuration: ReturnType<typeof auditConfiguration.parse>;
  readonly clock: Clock;
  readonly jobs: Jobs;
  readonly outbound: ReturnType<typeof openDoors>['channels'];
  readonly store: 'files' | 'database';
  readonly directory: string;
};

function sharedParts({ audit, configuration, jobs, ...rest }: Joined) {
  const { catalogue, vault, recorder } = audit;
  const settings = auditSettings(configuration.settings, configuration.profile);
  return {
    ...rest,
    configuration,
    catalogue,
    vault,
    recorder,
    settings,
    keys,
    jobs,
    leases: jobs.leases,
    log: silentLogger,
  };
}

/** The door of channels, which here may reach loopback in clear. */
function openTestDoor(clock: Clock = systemClock) {
  const network = { internal: ['127.0.0.1', 'localhost'], allowedHosts: [], allowPlainHttp: true };
  const audit = { append: () => Promise.resolve() };
  return openDoors({ network } as unknown as Options, { clock, log: silentLogger, audit });
}

/** The identity that an installation has before its ledger is opened, on a State without tables. */
export async function identityOn(state: State, written: unknown = {}) {
  await migrate(state, migrations, systemClock);
  const secrets = await createSecrets({ state, keys, clock: systemClock });
  return ledgerIdentity({ audit: auditConfiguration.parse(written), state, secrets, keys });
}

/** Opens an installation as its configuration, `audit` of the file after secrets were resolved, says. */
export async function openInstallation(request: {
  readonly state: State;
  readonly configuration?: unknown;
  readonly clock?: Clock;
  /** Keeps its files there instead of in a directory of its own. */
  readonly dataPath?: string;
}): Promise<Installation> {
  const { state, clock = systemClock } = request;
  const configuration = auditConfiguration.parse(request.configuration ?? {});
  const dataPath = request.dataPath ?? mkdtempSync(join(tmpdir(), 'custos-audit-'));
  const log = silentLogger;
  const identity = await identityOn(state, request.configuration);
  const schedules = new Map<string, Schedule>();
  const real = createJobs({ state, clock, log, node: 'test' });
  const jobs: Jobs = { ...real, schedule: (one) => void schedules.set(one.name, one) };
  const doors = openTestDoor(clock);
  const outbound = doors.channels;
  const outside = await joinOutside({ configuration, identity, state, clock, log, outbound });
  const opened = await openInstallationLedger({
    identity,
    dataPath,
    state,
    clock,
    log,
    leases: jobs.leases,
    outside: outside.heads,
    outsideRequired: configuration.outsideRequired,
  });
  const { ledger, leafLog, store, isActive } = opened;
  const catalogue = createCatalogue(
    configuration.types.map(ownType),
    configuration.logs.map(({ name }) => name),
  );
  const columns = createColumns({ url: 'off', dataDirectory: join(dataPath, 'columns'), clock, log });
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
    names: { namesOf: () => Promise.resolve(new Map()), idOf: () => Promise.resolve(undefined) },
    policy: outside.policy,
  });
  await audit.start();
  const work = outside.over(ledger, isActive);
  const directory = ledgerDirectory(dataPath);
  const joined = { audit, ledger, configuration, clock, jobs, outbound, store, directory };
  return {
    dataPath,
    audit,
    ledger,
    outside,
    work,
    parts: { ...sharedParts(joined), state },
    schedules,
    async close() {
      await audit.stop();
      await work.part.stop?.(5000);
      await ledger.close();
      await jobs.stop(1000);
      doors.close();
    },
  };
}

/** Removes the files of an installation that was closed. */
export function removed({ dataPath }: Pick<Installation, 'dataPath'>): void {
  rmSync(dataPath, { recursive: true, force: true });
}

/** Puts so many acts on record. */
export async function act({ audit }: Pick<Installation, 'audit'>, count: number): Promise<void> {
  await Promise.all(
    Array.from({ length: count }, (_, number) =>
      audit.recorder.record({
        type: 'administration.act',
        action: 'probe.create',
        outcome: 'succeeded',
        actor: { type: 'user', id: 'usr_1', name: 'Ada Lovelace' },
        address: '192.0.2.7',
        details: { number },
      }),
    ),
  );
}
