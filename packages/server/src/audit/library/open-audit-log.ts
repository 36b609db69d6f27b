import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { systemClock } from '../../base/clock.ts';
import { notFound } from '../../base/errors.ts';
import { migrate } from '../../storage/state/migrate.ts';
import { auditVaultMigration } from '../../storage/state/migrations/0020-audit-vault.ts';
import { openSqlite } from '../../storage/state/sqlite.ts';
import { createAdmission } from '../events/admission.ts';
import { createCatalogue } from '../events/catalogue.ts';
import { createIntake } from '../events/intake.ts';
import { maxBatchEvents } from '../events/limits.ts';
import { ownType } from '../events/own-type.ts';
import type { EventResult } from '../events/results.ts';
import { retentionClasses } from '../events/retention.ts';
import { createSecurityGroups } from '../events/security-groups.ts';
import { createSigner } from '../log/formats/keys.ts';
import { parsePolicy } from '../log/formats/policy.ts';
import { openLedger } from '../log/ledger.ts';
import type { Ledger } from '../log/ledger-types.ts';
import { verifyLog } from '../log/verify/verify-log.ts';
import { openDisclosure } from '../vault/commitment.ts';
import { createVault } from '../vault/service.ts';
import { libraryKeys, type LibraryKeys } from './keys.ts';
import { refused } from './errors.ts';
import { scan } from './scan.ts';
import type { AuditLog, AuditLogOptions, EventDraft, LogPlace, RecordResult } from './types.ts';
import { unlimitedAdmission } from './unlimited.ts';

/** How often the intake's own counts become events. */
const reportMs = 5000;

/**
 * Opens the audit log in a directory, making it when there is none. One process at a time; the process lives
 * until `close()`. Raises `data_directory_in_use`, `ledger_damaged`, `ledger_behind`, `ledger_forked`,
 * `secret_key_wrong`, or `invalid_input` for options that cannot be.
 *
 * @example
 * const audit = await openAuditLog('./audit', { source: 'shop', origin: 'example.com/shop' });
 * const { log, index } = await audit.record({ type: 'order.refund', outcome: 'succeeded', actor, details });
 * const proof = await audit.receipt({ log, index });
 */
export async function openAuditLog(directory: string, options: AuditLogOptions): Promise<AuditLog> {
  const { source, clock = systemClock, origin = `localhost/${source}`, checkpointMs } = options;
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  const keys = libraryKeys(directory, options);
  const names = [...retentionClasses.map(({ name }) => name), ...(options.logs ?? [])];
  // Before anything is made in the directory: a catalogue that cannot be is the caller's mistake.
  const catalogue = createCatalogue(
    (options.types ?? []).map((type) => ('fields' in type ? ownType(type) : type)),
    options.logs,
  );
  const ledger = await openLedger({
    directory: join(directory, 'ledger'),
    clock,
    logs: names.map((name) => ({ name, origin: `${origin}/${name}` })),
    keysOf: keys.keysOf,
    ...(checkpointMs === undefined ? {} : { checkpointMs }),
  });
  try {
    return await openOver({ directory, options: { ...options, clock }, keys, catalogue, ledger });
  } catch (error) {
    await ledger.close();
    throw error;
  }
}

interface Parts {
  readonly directory: string;
  readonly options: AuditLogOptions & Required<Pick<AuditLogOptions, 'clock'>>;
  readonly keys: LibraryKeys;
  readonly catalogue: ReturnType<typeof createCatalogue>;
  readonly ledger: Ledger;
}

async function openOver({ directory, options, keys, catalogue, ledger }: Parts): Promise<AuditLog> {
  const { source, limits } = options;
  const clock = options.clock ?? systemClock;
  const state = openSqlite(join(directory, 'state.sqlite'));
  const closing = new AbortController();
  try {
    await migrate(state, [auditVaultMigration], clock);
  } catch (error) {
    await state.close();
    throw error;
  }
  const vault = await createVault({ state, keys: keys.vaultKeys, clock }).catch(async (error: unknown) => {
    await state.close();
    throw error;
  });
  const admission = limits === undefined ? unlimitedAdmission : createAdmission({ ...limits, clock });
  const groups = createSecurityGroups();
  const intake = createIntake({ state, clock, catalogue, vault, admission, groups });

  /** Puts the leaves of accepted events into their logs: those of one log in one append. */
  async function appended(results: readonly EventResult[]): Promise<RecordResult[]> {
    const places = new Map<EventResult, { index: number; leafHash: Buffer }>();
    const accepted = results.filter((result) => result.status === 'accepted');
    await Promise.all(
      [...new Set(accepted.map(({ log }) => log))].map(async (log) => {
        const own = accepted.filter((result) => result.log === log);
        const placed = await ledger.appendMany(
          log,
          own.map(({ leaf }) => leaf),
        );
        for (const [place, result] of own.entries()) places.set(result, placed[place] as never);
      }),
    );
    return results.map((result) => {
      if (result.status !== 'accepted') return result;
      const { id, log } = result;
      const { index, leafHash } = places.get(result) as { index: number; leafHash: Buffer };
      return { status: 'accepted', id, log, index, leafHash };
    });
  }

  async function recordBatch(events: readonly EventDraft[]): Promise<RecordResult[]> {
    const outcome = await intake.admit(events, { source, acknowledgement: 'durable' });
    // Only a batch under a key can have been settled before.
    return appended(outcome.state === 'settled' ? [] : outcome.results);
  }

  async function recordMany(events: readonly EventDraft[]): Promise<RecordResult[]> {
    const results: RecordResult[] = [];
    for (let from = 0; from < events.length; from += maxBatchEvents) {
      results.push(...(await recordBatch(events.slice(from, from + maxBatchEvents))));
    }
    return results;
  }

  const record: AuditLog['record'] = async (event) => {
    const [result] = await recordBatch([event]);
    if (result?.status !== 'accepted') throw refused(result);
    const { id, log, index, leafHash } = result;
    return { id, log, index, leafHash };
  };

  async function placeOf(of: LogPlace | string): Promise<LogPlace> {
    if (typeof of !== 'string') return of;
    const found = await find(of);
    if (found === undefined) throw notFound('audit event', of);
    return found;
  }

  async function find(id: string) {
    for await (const found of scan(ledger, { text: id }, catalogue)) {
      if (found.event.id === id) return found;
    }
    return undefined;
  }

  const report = async (): Promise<void> => void (await appended(await intake.report()));

  async function reportNowAndThen(): Promise<void> {
    while (!closing.signal.aborted) {
      await clock.sleep(reportMs, closing.signal);
      // A ledger that failed says so to everyone who records; counts are put back and told at the end.
      await report().catch(() => undefined);
    }
  }
  const reporting = reportNowAndThen();

  const policy = (): string => {
    const lines = ledger.names().map((name) => {
      const origin = ledger.reader(name).origin();
      const { verifier } = createSigner({
        name: origin,
        type: 0x01,
        privateKey: keys.keysOf(origin).ed25519,
      });
      return `log ${verifier.vkey}\n`;
    });
    return `${lines.join('')}quorum none\n`;
  };

  return {
    record,
    recordMany,
    query: (filter = {}) => scan(ledger, filter, catalogue),
    find,
    async receipt(of) {
      const { log, index } = await placeOf(of);
      return ledger.reader(log).receipt(index);
    },
    entry: ({ log, index }) => ledger.reader(log).entry(index),
    async disclose(id, { actor, reason }) {
      const details = { resource: `audit event ${id}`, recordCount: 1, purpose: reason };
      await record({ type: 'data.access', action: 'audit.disclose', outcome: 'succeeded', actor, details });
      const texts = await vault.disclose(id);
      return new Map([...texts].map(([field, text]) => [field, openDisclosure(text)?.value]));
    },
    async erase(subject, { actor, reason }) {
      const event = { type: 'data.erasure', actor } as const;
      const before = { subjectRef: 'not known yet', fields: 0, events: 0, reason };
      await record({ ...event, outcome: 'attempted', details: before });
      const erased = await vault.erase(subject);
      const { subjectRef, fields, events } = erased;
      const details = { subjectRef: subjectRef ?? 'none', fields, events, reason };
      await record({ ...event, outcome: 'succeeded', details });
      return erased;
    },
    async verify() {
      await ledger.publish();
      return verifyLog(join(directory, 'ledger'), parsePolicy(policy()));
    },
    policy,
    health: () => ledger.health(),
    async close() {
      if (closing.signal.aborted) return;
      closing.abort();
      await reporting;
      try {
        await ledger.close();
      } finally {
        await state.close();
      }
    },
  };
}
