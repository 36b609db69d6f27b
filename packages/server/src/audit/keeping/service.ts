import type { Clock } from '../../base/clock.ts';
import { messageOf } from '../../base/errors.ts';
import { newId } from '../../base/ids.ts';
import type { Logger } from '../../base/logger.ts';
import type { State } from '../../storage/state/state.ts';
import { readEntries } from '../egress/entries.ts';
import { exportedEvent, receivedAt } from '../egress/outgoing.ts';
import type { EventInput } from '../events/envelope.ts';
import { retentionClasses } from '../events/retention.ts';
import { tileWidth } from '../log/merkle/frontier.ts';
import type { Vault } from '../vault/service.ts';
import { checkArchive } from './archive-check.ts';
import { writeArchive, type ArchiveStore } from './archive.ts';
import { archiveMismatch, badRule } from './errors.ts';
import { expiredPrefix, firstNotBefore } from './expiry.ts';
import * as store from './store.ts';
import type { Follower, KeepingRule, KeptLedger, LegalHolds, PruneReport, RecordAct } from './types.ts';

export interface KeepingOptions {
  readonly state: State;
  readonly ledger: KeptLedger;
  readonly clock: Clock;
  readonly log: Logger;
  readonly holds: LegalHolds;
  readonly vault: Pick<Vault, 'discard'>;
  /** Removes from the query index what lies below an index of a log; returns the bytes freed. */
  readonly forget: (log: string, below: number) => Promise<number>;
  readonly followers: readonly Follower[];
  readonly record: RecordAct;
  readonly rules: readonly KeepingRule[];
  /** Needed when a rule asks for an archive. */
  readonly archive?: ArchiveStore;
}

/** Lets logs forget what has expired. */
export interface Keeping {
  /**
   * Prunes every log as far as its rule, holds and followers allow, one after the other. Run it on one node
   * at a time, such as once a day; cut short at any moment, the next run completes it. A log that fails
   * does not keep the others from theirs.
   */
  run(): Promise<readonly PruneReport[]>;
}

const dayMs = 86_400_000;
const idsAtOnce = 1000;
const nothingFreed = { logBytes: 0, vaultFields: 0, indexBytes: 0 } as const;
const keptForEver = new Set(retentionClasses.filter(({ days }) => days === null).map(({ name }) => name));

function checkRules({ rules, ledger, archive }: KeepingOptions): void {
  const known = new Set<string>();
  for (const [place, { log, days, archive: isArchived }] of rules.entries()) {
    const at = `retention.${place}`;
    if (!ledger.names().includes(log))
      throw badRule(`${at}.log`, `must be among ${ledger.names().join(', ')}`);
    if (known.has(log)) throw badRule(`${at}.log`, `must have one rule; there are two for "${log}"`);
    known.add(log);
    if (days !== null && keptForEver.has(log))
      throw badRule(`${at}.days`, `must be null: "${log}" is kept for ever`);
    if (days !== null && (!Number.isInteger(days) || days < 1 || days > 36_500)) {
      throw badRule(`${at}.days`, 'must be a whole number from 1 to 36,500, or null for ever');
    }
    if (isArchived && archive === undefined) {
      throw badRule(`${at}.archive`, 'needs a store of objects for the archive');
    }
  }
}

/** The event that puts a prune on record. */
function pruneEvent(prune: store.PlannedPrune, freed: PruneReport['freed']): EventInput {
  const { log, from, to, oldest, newest, archive } = prune;
  return {
    type: 'administration.act',
    action: 'retention.prune',
    outcome: 'succeeded',
    actor: { type: 'service', id: 'audit-retention' },
    target: { type: 'audit-log', id: log },
    details: {
      from,
      to,
      oldest: new Date(oldest).toISOString(),
      newest: new Date(newest).toISOString(),
      archive: archive?.prefix ?? null,
      ...freed,
    },
  };
}

export function createKeeping(options: KeepingOptions): Keeping {
  const { state, ledger, clock, holds, vault, followers, record } = options;
  checkRules(options);

  const reportOf = (log: string, change: Partial<PruneReport>): PruneReport => {
    const at = ledger.reader(log).minimumIndex();
    const nothing = { from: at, to: at, stoppedBy: null, archive: null, freed: nothingFreed, error: null };
    return { log, outcome: 'nothing expired', ...nothing, ...change };
  };

  /** The lowest index that somebody still needs, and who it is. */
  async function needed(log: string): Promise<{ readonly index: number; readonly name: string } | null> {
    const needs = await Promise.all(
      followers.map(async (follower) => ({ name: follower.name, index: await follower.needs(log) })),
    );
    const all = needs.flatMap(({ name, index }) => (index === null ? [] : [{ name, index }]));
    return all.toSorted((left, right) => left.index - right.index)[0] ?? null;
  }

  /** Decides how far a log is to be pruned and puts that on record in State; or says why not. */
  async function plan(rule: KeepingRule): Promise<store.PlannedPrune | PruneReport> {
    const { log, days } = rule;
    if (days === null) return reportOf(log, { outcome: 'for ever' });
    const reader = ledger.reader(log);
    const from = reader.minimumIndex();
    const before = clock.now() - days * dayMs;
    const timeAt = async (index: number): Promise<number | undefined> =>
      receivedAt(await reader.entry(index));
    const candidate = await firstNotBefore({ from, to: reader.head().size }, before, timeAt);
    const follower = await needed(log);
    const limit = Math.min(candidate, follower?.index ?? Infinity);
    const blocks = await holds.blocks(log);
    const times = (async function* () {
      for await (const { index, leaf } of readEntries(reader, from, Math.max(from, limit))) {
        yield { index, time: receivedAt(leaf) };
      }
    })();
    const { end, heldBy, oldest, newest } = await expiredPrefix(times, from, { before, blocks });
    // By whole bundles, which is what pruning frees and an archive holds.
    const to = Math.floor(end / tileWidth) * tileWidth;
    if (to <= from) {
      if (heldBy !== null) return reportOf(log, { outcome: 'held', stoppedBy: heldBy });
      const isWaiting = limit < candidate && Math.floor(candidate / tileWidth) * tileWidth > from;
      return isWaiting
        ? reportOf(log, { outcome: 'waiting', stoppedBy: follower?.name ?? null })
        : reportOf(log, {});
    }
    const now = clock.now();
    const prune = {
      id: newId('prn', now),
      log,
      from,
      to,
      oldest,
      newest,
      state: 'planned',
      archive: null,
    } as const;
    await state.transaction((tx) => store.addPrune(tx, prune, now));
    return prune;
  }

  /** Writes and reads back the archive of what is about to go. */
  async function archived(prune: store.PlannedPrune): Promise<store.PlannedPrune['archive']> {
    const target = options.archive as ArchiveStore;
    const reader = ledger.reader(prune.log);
    const prefix = await writeArchive(target, reader, prune);
    const { manifest, root, bytes } = await checkArchive(target.objects, prefix);
    const isOurs = manifest.log === prune.log && manifest.from === prune.from && manifest.to === prune.to;
    if (!isOurs || !root.equals(await reader.rootAt(prune.to))) {
      throw archiveMismatch(prefix, 'its entries are not those of the log');
    }
    return { prefix, bytes };
  }

  /** From here on something may be gone: a hold that would keep any of it is refused until it is done. */
  function begin(prune: store.PlannedPrune, archive: store.PlannedPrune['archive']): Promise<void> {
    return state.transaction(async (tx) => {
      await store.lockKeeping(tx, state.dialect);
      await store.beginPrune(tx, prune.id, archive);
    });
  }

  /** The hold that keeps any of a range; null when none does. */
  async function heldBy({ log, from, to }: store.PlannedPrune): Promise<string | null> {
    const blocks = await holds.blocks(log);
    for await (const { leaf } of readEntries(ledger.reader(log), from, to)) {
      const time = receivedAt(leaf);
      const hold = time === undefined ? null : blocks(time);
      if (hold !== null) return hold;
    }
    return null;
  }

  /** Removes sealed fields, entries and rows of the index, and puts the act on record. */
  async function finish(prune: store.PlannedPrune): Promise<PruneReport> {
    const { id, log, from, to, archive } = prune;
    const reader = ledger.reader(log);
    if (reader.minimumIndex() < to) {
      // Nothing is gone yet. A hold that was placed while the archive was written is seen here at last.
      const hold = await heldBy({ ...prune, from: Math.max(from, reader.minimumIndex()) });
      if (hold !== null) {
        await state.transaction((tx) => store.removePrune(tx, id));
        return reportOf(log, { outcome: 'held', stoppedBy: hold });
      }
    }
    // The vault first: once the entries are gone nobody can say which fields were theirs.
    if (reader.minimumIndex() < to) {
      const discard = (ids: readonly string[]): Promise<void> =>
        state.transaction(async (tx) => store.countFields(tx, id, await vault.discard(ids, tx)));
      let ids: string[] = [];
      for await (const { index, leaf } of readEntries(reader, Math.max(from, reader.minimumIndex()), to)) {
        const { event } = exportedEvent({ log, index }, leaf);
        if (event.sealed !== undefined) ids.push(event.id);
        if (ids.length < idsAtOnce) continue;
        await discard(ids);
        ids = [];
      }
      if (ids.length > 0) await discard(ids);
    }
    const indexBytes = await options.forget(log, to);
    const { bytesFreed } = await ledger.prune(log, Math.max(to, reader.minimumIndex()));
    const vaultFields = await store.loadFields(state.read, id);
    const freed = { logBytes: bytesFreed, vaultFields, indexBytes };
    await state.transaction(async (tx) => {
      const isFirst = await store.endPrune(tx, id, { logBytes: bytesFreed, indexBytes, now: clock.now() });
      if (isFirst) await record(pruneEvent(prune, freed), tx);
    });
    return reportOf(log, { outcome: 'pruned', from, to, archive, freed });
  }

  /** True when a plan of an earlier run, whose archive may be there, still holds. */
  function isGood(prune: store.PlannedPrune, { days }: KeepingRule): boolean {
    const isExpired = days !== null && prune.newest < clock.now() - days * dayMs;
    return isExpired && prune.from === ledger.reader(prune.log).minimumIndex();
  }

  async function keep(rule: KeepingRule, unfinished: store.PlannedPrune | undefined): Promise<PruneReport> {
    if (unfinished?.state === 'pruning') return finish(unfinished);
    await ledger.publish();
    let planned: store.PlannedPrune;
    if (unfinished !== undefined && isGood(unfinished, rule)) {
      planned = unfinished;
    } else {
      if (unfinished !== undefined) await state.transaction((tx) => store.removePrune(tx, unfinished.id));
      const made = await plan(rule);
      if ('outcome' in made) return made;
      planned = made;
    }
    const archive = rule.archive ? await archived(planned) : null;
    await begin(planned, archive);
    return finish({ ...planned, state: 'pruning', archive });
  }

  return {
    async run() {
      const unfinished = await store.listUnfinished(state.read);
      const reports: PruneReport[] = [];
      // What was begun is ended also where there is no rule any more.
      const begun = new Set(unfinished.map(({ log }) => log));
      for (const { log } of options.rules) begun.delete(log);
      const orphans = [...begun].map((log): KeepingRule => ({ log, days: null, archive: false }));
      for (const rule of [...options.rules, ...orphans]) {
        try {
          const its = unfinished.filter(({ log }) => log === rule.log);
          reports.push(await keep(rule, its.find((one) => one.state === 'pruning') ?? its[0]));
        } catch (error) {
          options.log.error({ log: rule.log, err: error }, 'a log could not be pruned');
          reports.push(reportOf(rule.log, { outcome: 'failed', error: messageOf(error) }));
        }
      }
      return reports;
    },
  };
}
