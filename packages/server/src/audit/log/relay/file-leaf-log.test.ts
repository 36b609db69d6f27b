import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { systemClock } from '../../../base/clock.ts';
import { silentLogger } from '../../../base/logger.ts';
import { migrate } from '../../../storage/state/migrate.ts';
import { auditPendingMigration } from '../../../storage/state/migrations/0021-audit-pending.ts';
import { openSqlite } from '../../../storage/state/sqlite.ts';
import type { State, StateTx } from '../../../storage/state/state.ts';
import { ledgerOverloaded } from '../errors.ts';
import type { LeafLog } from '../leaf-log.ts';
import { testOptions } from '../ledger-fixture.ts';
import type { Ledger } from '../ledger-types.ts';
import { openLedger } from '../ledger.ts';
import { createFileLeafLog } from './file-leaf-log.ts';

const cleanups: (() => Promise<void> | void)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).toReversed()) await cleanup();
});

function fresh(): string {
  const directory = mkdtempSync(join(tmpdir(), 'custos-leaf-log-'));
  cleanups.push(() => rmSync(directory, { recursive: true, force: true }));
  return directory;
}

interface Life {
  readonly state: State;
  readonly ledger: Ledger;
  readonly leafLog: LeafLog;
  /** True: transactions without an entry of their own, such as the removal of moved rows, fail. */
  refuse(broken: boolean): void;
  /** Ends it as a kill does: what is in the two stores stays as it is. */
  end(): Promise<void>;
}

async function live(directory: string, change: (ledger: Ledger) => Ledger = (same) => same): Promise<Life> {
  const real = openSqlite(join(directory, 'state.sqlite'));
  await migrate(real, [auditPendingMigration], systemClock);
  let broken = false;
  const state: State = {
    ...real,
    transaction: (work) => (broken ? Promise.reject(new Error('disk full')) : real.transaction(work)),
  };
  const ledger = change(await openLedger(testOptions(join(directory, 'ledger'), systemClock)));
  const leafLog = createFileLeafLog({ ledger, state, clock: systemClock, log: silentLogger });
  await leafLog.start();
  let ended = false;
  const end = async (): Promise<void> => {
    if (ended) return;
    ended = true;
    await leafLog.stop();
    await ledger.close().catch(() => undefined);
    await real.close();
  };
  cleanups.push(end);
  return { state: real, ledger, leafLog, refuse: (wanted) => void (broken = wanted), end };
}

async function entries({ ledger }: Life, log = 'general'): Promise<string[]> {
  const reader = ledger.reader(log);
  const { size } = reader.head();
  return Promise.all(
    Array.from({ length: size }, async (_, index) => (await reader.entry(index)).toString()),
  );
}

const bytes = (text: string): Buffer => Buffer.from(text);
const write = ({ state, leafLog }: Life, text: string, log = 'general'): Promise<void> =>
  state.transaction((tx) => leafLog.appendWith(tx, log, bytes(text)));

test('an entry of a transaction is in the log after it committed, and only then', async () => {
  const life = await live(fresh());
  await write(life, 'kept');
  const failed = life.state.transaction(async (tx: StateTx) => {
    await life.leafLog.appendWith(tx, 'general', bytes('rolled back'));
    throw new Error('changed my mind');
  });
  await expect(failed).rejects.toThrow('changed my mind');
  await write(life, 'kept too', 'security');
  await life.leafLog.settle();
  expect([await entries(life), await entries(life, 'security')]).toEqual([['kept'], ['kept too']]);
});

test('nobody has to ask: an entry is moved by itself', async () => {
  const life = await live(fresh());
  await write(life, 'alone');
  for (let turn = 0; turn < 400 && life.ledger.reader('general').head().size === 0; turn += 1) {
    await systemClock.sleep(5);
  }
  expect(await entries(life)).toEqual(['alone']);
});

test('each caller’s entries keep their order, whichever way they take', async () => {
  const life = await live(fresh());
  const callers = Array.from({ length: 20 }, async (_, caller) => {
    for (let turn = 0; turn < 15; turn += 1) {
      const text = `${caller}/${turn}`;
      if ((caller + turn) % 3 === 0) await write(life, text);
      else {
        const [placed] = await life.leafLog.append('general', [bytes(text)]);
        expect((await life.ledger.reader('general').entry(placed?.index ?? -1)).toString()).toBe(text);
      }
    }
  });
  await Promise.all(callers);
  await life.leafLog.settle();
  const all = await entries(life);
  expect(all).toHaveLength(300);
  for (let caller = 0; caller < 20; caller += 1) {
    const own = all.filter((text) => text.startsWith(`${caller}/`));
    expect(own).toEqual(Array.from({ length: 15 }, (_, turn) => `${caller}/${turn}`));
  }
});

test('what reached the ledger and not its removal from State is there once after the next start', async () => {
  const directory = fresh();
  const first = await live(directory);
  await first.leafLog.append('general', [bytes('before')]);
  await first.state.transaction(async (tx) => {
    for (const text of ['a', 'b']) await first.leafLog.appendWith(tx, 'general', bytes(text));
    await first.leafLog.appendWith(tx, 'security', bytes('c'));
    first.refuse(true);
  });
  await first.leafLog.settle();
  await first.leafLog.append('general', [bytes('between')]);
  await write(first, 'd');
  await first.leafLog.settle();
  await first.end();

  const second = await live(directory);
  await write(second, 'e');
  await second.leafLog.settle();
  expect(await entries(second)).toEqual(['before', 'a', 'b', 'between', 'd', 'e']);
  expect(await entries(second, 'security')).toEqual(['c']);
});

test('what failed halfway through the ledger is there once after the next start', async () => {
  const directory = fresh();
  const first = await live(directory, (ledger) => ({
    ...ledger,
    // Durable, and the answer is lost.
    appendMany: async (log, leaves) => {
      await ledger.appendMany(log, leaves.slice(0, 2));
      throw new Error('the ledger stopped');
    },
  }));
  for (const text of ['a', 'b', 'c']) await write(first, text);
  await expect(first.leafLog.settle()).rejects.toThrow('the ledger stopped');
  await expect(first.leafLog.settle()).rejects.toThrow('the ledger stopped');
  await first.end();

  const second = await live(directory);
  await second.leafLog.settle();
  expect(await entries(second)).toEqual(['a', 'b', 'c']);
});

test('an overloaded ledger is asked again', async () => {
  let refusals = 3;
  const life = await live(fresh(), (ledger) => ({
    ...ledger,
    appendMany: (log, leaves) => {
      refusals -= 1;
      if (refusals < 0) return ledger.appendMany(log, leaves);
      return Promise.reject(ledgerOverloaded());
    },
  }));
  await write(life, 'patient');
  await life.leafLog.settle();
  expect(await entries(life)).toEqual(['patient']);
});

test('more than one page that an earlier process left behind is moved in order', async () => {
  const directory = fresh();
  const first = await live(directory, (ledger) => ({
    ...ledger,
    appendMany: () => Promise.reject(new Error('down')),
  }));
  const texts = Array.from({ length: 2500 }, (_, place) => `entry ${place}`);
  await first.state.transaction(async (tx) => {
    for (const text of texts) await first.leafLog.appendWith(tx, 'general', bytes(text));
  });
  await first.end();
  const second = await live(directory);
  await second.leafLog.settle();
  expect(await entries(second)).toEqual(texts);
  await second.end();
  const third = await live(directory);
  expect(await entries(third)).toEqual(texts);
});

test('an entry that no log can keep fails the transaction that brings it', async () => {
  const life = await live(fresh());
  const far = life.state.transaction((tx) => life.leafLog.appendWith(tx, 'general', Buffer.alloc(65_536, 1)));
  await expect(far).rejects.toMatchObject({ code: 'invalid_input' });
  await expect(write(life, '')).rejects.toMatchObject({ code: 'invalid_input' });
  await expect(write(life, 'x', 'absent')).rejects.toMatchObject({ code: 'not_found' });
  await life.leafLog.settle();
  expect(await entries(life)).toEqual([]);
});

test('nothing is taken before the start or after the stop', async () => {
  const directory = fresh();
  const life = await live(directory);
  const early = createFileLeafLog({
    ledger: life.ledger,
    state: life.state,
    clock: systemClock,
    log: silentLogger,
  });
  await expect(early.append('general', [bytes('early')])).rejects.toMatchObject({ code: 'ledger_closed' });
  await life.leafLog.stop();
  await expect(life.leafLog.append('general', [bytes('late')])).rejects.toMatchObject({
    code: 'ledger_closed',
  });
});
