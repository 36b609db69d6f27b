import { afterEach, expect, test } from 'vitest';
import { randomBytes } from 'node:crypto';
import { eventually } from '../../../test/serve.ts';
import { describeOnBothStores } from '../../../test/stores.ts';
import { systemClock } from '../../base/clock.ts';
import { CustosError } from '../../base/errors.ts';
import { silentLogger } from '../../base/logger.ts';
import { createLeases } from '../../jobs/leases/leases.ts';
import { parseSecretKeys } from '../../storage/secrets/keys.ts';
import type { ExportedEvent } from '../events/export/format.ts';
import { removed, temporary } from '../log/ledger-fixture.ts';
import type { Ledger } from '../log/ledger-types.ts';
import { commit } from '../vault/commitment.ts';
import { createVault } from '../vault/service.ts';
import { egressTo, eventLeaf, fill, openTestLedger } from './egress-fixture.ts';
import { batchTooLarge } from './errors.ts';
import type { Egress, EgressOptions } from './service.ts';
import type { Destination, EgressBatch, EgressDefinition } from './types.ts';

interface Taken extends Omit<EgressBatch, 'events'> {
  readonly events: readonly ExportedEvent[];
}

/** A destination in memory; `answer` is asked once it has a whole batch and may refuse or hang. */
function memory(
  answer: (batch: Taken, attempt: number) => Promise<void> | void = () => undefined,
  changes: Partial<Destination> = {},
): Destination & { readonly taken: Taken[] } {
  const taken: Taken[] = [];
  let attempt = 0;
  return {
    kind: 'memory',
    batch: { maxEvents: 100, maxBytes: 1_000_000 },
    pauseMs: 5,
    timeoutMs: 5000,
    taken,
    async send({ destination, log, from, to, events }) {
      const all: ExportedEvent[] = [];
      for await (const event of events()) all.push(event);
      attempt += 1;
      const batch = { destination, log, from, to, events: all };
      taken.push(batch);
      await answer(batch, attempt);
    },
    ...changes,
  };
}

const definitionOf = (destination: Destination, more: Partial<EgressDefinition> = {}): EgressDefinition => ({
  name: 'siem',
  destination,
  logs: ['general'],
  ...more,
});

/** Indexes in the order in which they arrived. */
const indexes = (taken: readonly Taken[], log = 'general'): number[] =>
  taken.filter((batch) => batch.log === log).flatMap(({ events }) => events.map(({ index }) => index));
const range = (from: number, to: number): number[] =>
  Array.from({ length: to - from }, (_, place) => from + place);

describeOnBothStores('egress', (open) => {
  const directories: string[] = [];
  const ledgers: Ledger[] = [];
  const running: Egress[] = [];
  afterEach(async () => {
    for (const egress of running.splice(0)) await egress.stop();
    for (const ledger of ledgers.splice(0)) await ledger.close();
    for (const directory of directories.splice(0)) removed(directory);
  });
  const newLedger = async (): Promise<Ledger> => {
    const directory = temporary();
    directories.push(directory);
    const ledger = await openTestLedger(directory);
    ledgers.push(ledger);
    return ledger;
  };
  const started = (
    world: { readonly state: EgressOptions['state']; readonly ledger: Ledger },
    definition: EgressDefinition,
    more: Partial<EgressOptions> = {},
  ): ReturnType<typeof egressTo> => {
    const egress = egressTo(world, definition, more);
    running.push(egress);
    egress.start();
    return egress;
  };
  const drained = (egress: Egress, size: number): Promise<unknown> =>
    eventually(async () => (await egress.status())[0]?.logs.every((log) => log.next === size), {
      what: `everything up to ${size} being sent`,
    });

  test('every entry arrives in order with its log and index, and what comes later follows', async () => {
    const [state, ledger] = [await open(), await newLedger()];
    await fill(ledger, 'general', { from: 0, to: 730 });
    const destination = memory();
    const egress = started({ state, ledger }, definitionOf(destination));
    await drained(egress, 730);
    expect(indexes(destination.taken)).toEqual(range(0, 730));
    expect(destination.taken[0]?.events[17]).toMatchObject({
      log: 'general',
      index: 17,
      leafHash: (await ledger.reader('general').leafHash(17)).toString('base64'),
      event: { id: 'evt-17' },
    });
    await fill(ledger, 'general', { from: 730, to: 740 });
    await drained(egress, 740);
    expect(indexes(destination.taken)).toEqual(range(0, 740));
    expect((await egress.status())[0]).toMatchObject({
      destination: 'siem',
      kind: 'memory',
      sending: true,
      logs: [{ log: 'general', behind: 0, lagMs: 0, failures: 0, lastError: null }],
    });
  });

  test('a process that dies between sending and moving the cursor sends the same batch again, and loses none', async () => {
    const [state, ledger] = [await open(), await newLedger()];
    await fill(ledger, 'general', { from: 0, to: 150 });
    let isDead = false;
    // From the moment at which the receiver has the second batch, nothing this process does is kept.
    const dying: EgressOptions['state'] = {
      read: state.read,
      transaction: (work) => (isDead ? Promise.reject(new Error('killed')) : state.transaction(work)),
    };
    const first = memory(({ from }) => {
      if (from === 100) isDead = true;
    });
    const dead = started({ state: dying, ledger }, definitionOf(first));
    await eventually(() => isDead, { what: 'the second batch' });
    await dead.stop();
    // More comes before the restart: the batch that was on its way stays what it was.
    await fill(ledger, 'general', { from: 150, to: 180 });
    const second = memory();
    const egress = started({ state, ledger }, definitionOf(second));
    await drained(egress, 180);
    expect(second.taken.map(({ from, to }) => [from, to])).toEqual([
      [100, 150],
      [150, 180],
    ]);
    expect(indexes([...first.taken.slice(0, 2), ...second.taken.slice(1)])).toEqual(range(0, 180));
  });

  test('a destination that fails is asked again less and less often, says why, and holds up no other log', async () => {
    const [state, ledger] = [await open(), await newLedger()];
    await fill(ledger, 'general', { from: 0, to: 10 });
    await fill(ledger, 'security', { from: 0, to: 10 });
    let isDown = true;
    const destination = memory(({ log }) => {
      if (log === 'general' && isDown) throw new Error('the receiver is being painted');
    });
    const egress = started({ state, ledger }, definitionOf(destination, { logs: ['general', 'security'] }));
    await eventually(() => indexes(destination.taken, 'security').length === 10, { what: 'the other log' });
    const [status] = await eventually(
      async () => {
        const all = await egress.status();
        return (all[0]?.logs[0]?.failures ?? 0) >= 2 ? all : undefined;
      },
      { what: 'two failures' },
    );
    expect(status?.logs[0]).toMatchObject({
      log: 'general',
      next: 0,
      behind: 10,
      lastError: { message: 'the receiver is being painted' },
    });
    expect(status?.logs[0]?.lagMs).toBeGreaterThan(0);
    expect(status?.logs[1]).toMatchObject({ log: 'security', behind: 0, lastError: null });
    // Half a second at least before each repeat, by the back-off.
    expect(destination.taken.filter(({ log }) => log === 'general').length).toBeLessThan(6);
    isDown = false;
    await eventually(async () => (await egress.status())[0]?.logs[0]?.behind === 0, { what: 'recovery' });
    expect((await egress.status())[0]?.logs[0]).toMatchObject({ failures: 0, lastError: null });
  });

  test('a destination that never answers is given up in time, and the batch is repeated', async () => {
    const [state, ledger] = [await open(), await newLedger()];
    await fill(ledger, 'general', { from: 0, to: 5 });
    const destination = memory(
      (_batch, attempt) => (attempt === 1 ? new Promise(() => undefined) : undefined),
      { timeoutMs: 100 },
    );
    const egress = started({ state, ledger }, definitionOf(destination));
    await eventually(async () => (await egress.status())[0]?.logs[0]?.lastError?.message, {
      what: 'an error',
    });
    expect((await egress.status())[0]?.logs[0]?.lastError?.message).toBe('No acknowledgement within 100 ms.');
    await drained(egress, 5);
    expect(destination.taken.map(({ from, to }) => [from, to])).toEqual([
      [0, 5],
      [0, 5],
    ]);
  });

  test('a stop does not wait for a destination that hangs', async () => {
    const [state, ledger] = [await open(), await newLedger()];
    await fill(ledger, 'general', { from: 0, to: 5 });
    const destination = memory(() => new Promise(() => undefined), { timeoutMs: 600_000 });
    const egress = started({ state, ledger }, definitionOf(destination));
    await eventually(() => destination.taken.length === 1, { what: 'the batch' });
    await egress.stop();
    expect((await egress.status())[0]).toMatchObject({ sending: false, logs: [{ next: 0, behind: 5 }] });
  });

  test('a batch that is too large is sent in smaller ones', async () => {
    const [state, ledger] = [await open(), await newLedger()];
    await fill(ledger, 'general', { from: 0, to: 100 });
    const arrived: number[] = [];
    const destination = memory(({ events }) => {
      if (events.length > 30) throw batchTooLarge('too many');
      arrived.push(...events.map(({ index }) => index));
    });
    const egress = started({ state, ledger }, definitionOf(destination));
    await drained(egress, 100);
    expect(arrived).toEqual(range(0, 100));
  });

  test('a batch is ended by its bytes as well', async () => {
    const [state, ledger] = [await open(), await newLedger()];
    const large = eventLeaf(0, 1, { details: JSON.stringify({ text: 'x'.repeat(3000) }) });
    await ledger.appendMany('general', [large, large, large, large, large]);
    const destination = memory(() => undefined, { batch: { maxEvents: 100, maxBytes: 8000 } });
    const egress = started({ state, ledger }, definitionOf(destination));
    await drained(egress, 5);
    expect(destination.taken.map(({ from, to }) => [from, to])).toEqual([
      [0, 2],
      [2, 4],
      [4, 5],
    ]);
  });

  test('who begins with what comes gets nothing that was there before', async () => {
    const [state, ledger] = [await open(), await newLedger()];
    await fill(ledger, 'general', { from: 0, to: 20 });
    const destination = memory();
    const egress = started({ state, ledger }, definitionOf(destination, { from: 'now' }));
    await drained(egress, 20);
    await fill(ledger, 'general', { from: 20, to: 25 });
    await drained(egress, 25);
    expect(indexes(destination.taken)).toEqual(range(20, 25));
    await egress.rewind({ destination: 'siem', log: 'general' }, 22);
    await eventually(() => destination.taken.length >= 2, { what: 'the repeat' });
    expect(indexes(destination.taken)).toEqual([...range(20, 25), ...range(22, 25)]);
    await expect(egress.rewind({ destination: 'siem', log: 'general' }, 26)).rejects.toMatchObject({
      code: 'invalid_input',
    });
    await expect(egress.rewind({ destination: 'other', log: 'general' }, 1)).rejects.toMatchObject({
      code: 'not_found',
    });
  });

  test('what is still to be sent is known, and what was pruned all the same is counted', async () => {
    const [state, ledger] = [await open(), await newLedger()];
    await fill(ledger, 'general', { from: 0, to: 600 });
    await ledger.publish();
    let isOpen = false;
    const destination = memory(() => {
      if (!isOpen) throw new Error('closed');
    });
    const egress = started({ state, ledger }, definitionOf(destination));
    await eventually(() => destination.taken.length > 0, { what: 'an attempt' });
    expect(await egress.needs('general')).toBe(0);
    expect(await egress.needs('security')).toBeNull();
    await ledger.prune('general', 512);
    isOpen = true;
    await drained(egress, 600);
    expect(await egress.needs('general')).toBe(600);
    expect((await egress.status())[0]?.logs[0]).toMatchObject({ skipped: 512, next: 600 });
    expect(new Set(indexes(destination.taken.filter(({ from }) => from > 0)))).toEqual(
      new Set(range(512, 600)),
    );
  });

  test('a log that was restored from an older copy sends nothing under indexes that are taken', async () => {
    const [state, ledger] = [await open(), await newLedger()];
    await fill(ledger, 'general', { from: 0, to: 20 });
    const first = started({ state, ledger }, definitionOf(memory()));
    await drained(first, 20);
    await first.stop();
    const restored = await newLedger();
    await fill(restored, 'general', { from: 0, to: 15 });
    const destination = memory();
    const egress = started({ state, ledger: restored }, definitionOf(destination));
    const message = await eventually(async () => (await egress.status())[0]?.logs[0]?.lastError?.message, {
      what: 'the error',
    });
    expect(message).toContain('up to entry 20, but the log has only 15 entries');
    expect(destination.taken).toEqual([]);
  });

  test('sealed fields leave for a destination that may see them, after it was put on record', async () => {
    const [state, ledger] = [await open(), await newLedger()];
    const keys = parseSecretKeys(randomBytes(32).toString('base64'), 'test');
    const vault = await createVault({ state, keys, clock: systemClock });
    const [email, address] = [commit('details.email', 'ada@example.com'), commit('address', '203.0.113.7')];
    const subject = { tenant: null, type: 'user', id: 'usr_1' };
    await state.transaction((tx) =>
      vault.keep(
        [
          { eventId: 'evt-0', field: 'details.email', subject, commitment: email },
          { eventId: 'evt-0', field: 'address', subject, commitment: address },
        ],
        tx,
      ),
    );
    await ledger.append('general', eventLeaf(0, 1, { digests: [email.digest, address.digest] }));
    await fill(ledger, 'general', { from: 1, to: 3 });

    const closed = memory();
    const plain = started({ state, ledger }, definitionOf(closed), { vault });
    await drained(plain, 3);
    await plain.stop();
    expect(JSON.stringify(closed.taken)).not.toContain('ada@example.com');
    expect(plain.recorded).toEqual([]);

    const order: string[] = [];
    const opened = memory(() => void order.push('sent'));
    const seeing = started(
      { state, ledger },
      { ...definitionOf(opened), name: 'seeing', disclose: ['details.email'] },
      { vault, record: (event) => Promise.resolve(void order.push(JSON.stringify(event))) },
    );
    await drained(seeing, 3);
    expect(opened.taken[0]?.events[0]?.event.details).toEqual({ email: 'ada@example.com', number: 0 });
    expect(JSON.stringify(opened.taken)).not.toContain('203.0.113.7');
    expect(order).toHaveLength(2);
    expect(JSON.parse(order[0] as string)).toMatchObject({
      type: 'data.export',
      target: { id: 'seeing' },
      details: { resource: 'audit/general/0-3', recordCount: 1, purpose: 'details.email 1' },
    });
    expect(order[1]).toBe('sent');
  });

  test('nothing leaves when the disclosure cannot be put on record', async () => {
    const [state, ledger] = [await open(), await newLedger()];
    const email = commit('details.email', 'ada@example.com');
    await ledger.append('general', eventLeaf(0, 1, { digests: [email.digest] }));
    const destination = memory();
    const egress = started(
      { state, ledger },
      { ...definitionOf(destination), disclose: 'all' },
      {
        vault: { disclose: () => Promise.resolve(new Map([['details.email', email.disclosure]])) },
        record: () =>
          Promise.reject(new CustosError('ledger_failed', 'The ledger stopped.', { status: 503 })),
      },
    );
    await eventually(async () => (await egress.status())[0]?.logs[0]?.lastError, { what: 'the error' });
    expect(destination.taken).toEqual([]);
  });

  test('an entry that is no event goes out as it is and holds up nothing', async () => {
    const [state, ledger] = [await open(), await newLedger()];
    await ledger.append('general', Buffer.from('not JSON'));
    await fill(ledger, 'general', { from: 1, to: 2 });
    const destination = memory();
    await drained(started({ state, ledger }, definitionOf(destination)), 2);
    expect(destination.taken[0]?.events[0]?.event).toMatchObject({
      type: 'log.entry',
      details: { base64: Buffer.from('not JSON').toString('base64') },
    });
    expect(indexes(destination.taken)).toEqual([0, 1]);
  });

  test('of two nodes the one whose lease is gone moves no cursor', async () => {
    const [state, ledger] = [await open(), await newLedger()];
    await fill(ledger, 'general', { from: 0, to: 5 });
    let isLost = false;
    const destination = memory(() => void (isLost = true));
    const egress = started({ state, ledger }, definitionOf(destination), {
      leases: {
        hold(_name, work) {
          const ended = new AbortController();
          void work.onGained({
            signal: ended.signal,
            fenced: () => (isLost ? Promise.reject(new Error('lease_lost')) : Promise.resolve()),
          });
          return {
            async stop() {
              ended.abort();
              await work.onLost();
            },
          };
        },
      },
    });
    await eventually(() => isLost, { what: 'the batch' });
    await systemClock.sleep(50);
    expect((await egress.status())[0]?.logs[0]?.next).toBe(0);
  });

  test('of two nodes one sends, and when it stops the other goes on where it was', async () => {
    const [state, ledger] = [await open(), await newLedger()];
    const node = (name: string, destination: Destination): Egress => {
      const leases = createLeases({
        state,
        clock: systemClock,
        log: silentLogger,
        node: name,
        holder: `${name}/1`,
      });
      // Jobs' leases are leases for egress as they are.
      return started({ state, ledger }, definitionOf(destination), { leases });
    };
    const [first, second] = [memory(), memory()];
    const [a, b] = [node('a', first), node('b', second)];
    await fill(ledger, 'general', { from: 0, to: 50 });
    await drained(a, 50);
    expect(first.taken.length === 0 || second.taken.length === 0).toBe(true);
    const isFirst = first.taken.length > 0;
    expect((await a.status())[0]?.sending).toBe(isFirst);
    expect((await b.status())[0]?.sending).toBe(!isFirst);
    await (isFirst ? a : b).stop();
    await fill(ledger, 'general', { from: 50, to: 90 });
    await drained(isFirst ? b : a, 90);
    expect(indexes(isFirst ? first.taken : second.taken)).toEqual(range(0, 50));
    expect(indexes(isFirst ? second.taken : first.taken)).toEqual(range(50, 90));
  });

  test('definitions at fault are refused with the field', async () => {
    const [state, ledger] = [await open(), await newLedger()];
    const refused = (more: Partial<EgressDefinition>): unknown => {
      try {
        egressTo({ state, ledger }, definitionOf(memory(), more));
        return 'taken';
      } catch (error) {
        return (error as CustosError).fields[0]?.field;
      }
    };
    expect(refused({})).toBe('taken');
    expect(refused({ name: 'Not this' })).toBe('egress.0.name');
    expect(refused({ logs: ['nowhere'] })).toBe('egress.0.logs');
    expect(refused({ disclose: [] })).toBe('egress.0.disclose');
  });
});
