import { hostname } from 'node:os';
import { createCatalogue } from '../../../audit/events/catalogue.ts';
import { prepareEvent } from '../../../audit/events/prepare.ts';
import { LedgerForkError } from '../../../audit/log/errors.ts';
import type { ResumeFacts } from '../../../audit/log/open-logs.ts';
import { eventInputOf } from '../../../audit/own-acts.ts';
import { systemActor } from '../../../audit/types.ts';
import { systemClock } from '../../../base/clock.ts';
import { CustosError, invalidInput } from '../../../base/errors.ts';
import { silentLogger } from '../../../base/logger.ts';
import { createJobs } from '../../../jobs/service.ts';
import { lockDirectory } from '../../../storage/state/sqlite.ts';
import { lateAudit } from '../../late-audit.ts';
import type { Options } from '../../options.ts';
import { openDoors } from '../../outbound-doors.ts';
import { openInstallationLedger } from '../open-ledger.ts';
import { joinOutside } from '../parts/outside.ts';
import { rememberOrigin } from '../resumed-origins.ts';
import { openAuditOperator, type AuditOperator } from './operator.ts';

export interface ResumeRequest {
  /** Name of the log, such as `security`. */
  readonly log: string;
  /** A name under which nothing was ever signed. */
  readonly origin: string;
}

export interface Resumed {
  readonly log: string;
  readonly oldOrigin: string;
  readonly newOrigin: string;
  /** Entries of the log, behind which it goes on; 0 when an earlier attempt had resumed it. */
  readonly size: number;
  /** Who knew another head, and how many entries it had; null when an earlier attempt had resumed it. */
  readonly known: { readonly source: string; readonly size: number } | null;
  /** Why the ledger still does not open: another log must not sign either. Null when it does. */
  readonly next: string | null;
}

const clock = systemClock;

/** The first entry under the new origin: an event that tells readers what happened. */
function resumeEntry(log: string, facts: ResumeFacts): Uint8Array {
  const { oldOrigin, newOrigin, source, knownHead, ownHead } = facts;
  const input = eventInputOf({
    actor: systemActor,
    action: 'ledger.resume',
    target: { type: 'ledger', id: log },
    outcome: 'succeeded',
    address: null,
    requestId: null,
    details: {
      oldOrigin,
      newOrigin,
      source,
      knownSize: knownHead.size,
      knownRoot: knownHead.root?.toString('base64') ?? null,
      ownSize: ownHead.size,
      ownRoot: ownHead.root.toString('base64'),
    },
  });
  return prepareEvent(input, { catalogue: createCatalogue(), source: 'custos', received: clock.now() }).leaf;
}

function nothingToResume(log: string, origin: string): CustosError {
  return new CustosError(
    'conflict',
    `The log "${log}" is what it is known to be and goes on as ${origin}; there is nothing to resume.`,
    { status: 409 },
  );
}

async function resume(operator: AuditOperator, { log, origin }: ResumeRequest): Promise<Resumed> {
  const { options, stores, identity } = operator;
  const { state, secrets } = stores;
  const present = identity.logs.find(({ name }) => name === log);
  if (present === undefined) {
    const names = identity.logs.map(({ name }) => name).join(', ');
    throw invalidInput([{ field: 'log', message: `must be one of ${names}` }]);
  }
  if (identity.logs.some((one) => one.name !== log && one.origin === origin)) {
    throw invalidInput([{ field: 'origin', message: 'must be that of no other log' }]);
  }
  const logs = identity.logs.map((one) => (one.name === log ? { name: log, origin } : one));
  const resumed = { ...identity, logs };
  const shared = { state, clock, log: silentLogger };
  const doors = openDoors(options, { clock, log: silentLogger, audit: lateAudit() });
  const outside = await joinOutside({
    ...shared,
    configuration: options.audit,
    identity,
    outbound: doors.channels,
  });
  const jobs = createJobs({ ...shared, node: `${hostname()}-${process.pid}` });
  let facts: ResumeFacts | undefined;
  const remember = () => state.transaction((tx) => rememberOrigin(secrets, { log, origin }, tx));
  const done = (next: string | null): Resumed => ({
    log,
    oldOrigin: facts?.oldOrigin ?? present.origin,
    newOrigin: origin,
    known: facts === undefined ? null : { source: facts.source, size: facts.knownHead.size },
    size: facts?.ownHead.size ?? 0,
    next,
  });
  try {
    const { ledger } = await openInstallationLedger({
      ...shared,
      identity: resumed,
      dataPath: options.dataPath,
      leases: jobs.leases,
      outside: outside.heads,
      outsideRequired: options.audit.outsideRequired,
      resume: {
        [log]: {
          origin,
          entry(found) {
            facts = found;
            return resumeEntry(log, found);
          },
        },
      },
    });
    try {
      if (ledger.reader(log).origin() !== origin) throw nothingToResume(log, ledger.reader(log).origin());
      await ledger.publish();
      await remember();
      return done(null);
    } finally {
      await ledger.close();
    }
  } catch (error) {
    // Its own order is durable once its entry was asked for, and must not be forgotten for another log.
    if (facts === undefined || !(error instanceof LedgerForkError) || error.conflict.log === log) throw error;
    await remember();
    return done(error.message);
  } finally {
    outside.close();
    doors.close();
  }
}

/**
 * Goes on with a log that must not sign any more (`ledger_behind`, `ledger_forked`) under a new origin. The
 * old head goes on record in the journal and as the next entry. The server must not run.
 *
 * Raises `data_directory_in_use`, `invalid_input`, and `conflict` when there is nothing to resume.
 */
export async function resumeLog(options: Options, request: ResumeRequest): Promise<Resumed> {
  const release = lockDirectory(options.dataPath);
  if (release === undefined) {
    throw new CustosError(
      'data_directory_in_use',
      `Custos uses the data directory ${options.dataPath}. Stop it first: a log is resumed while nothing else signs.`,
      { status: 500 },
    );
  }
  try {
    const operator = await openAuditOperator(options);
    try {
      return await resume(operator, request);
    } finally {
      await operator.close();
    }
  } finally {
    release();
  }
}
