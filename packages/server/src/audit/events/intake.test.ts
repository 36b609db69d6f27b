import { randomBytes } from 'node:crypto';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { describeOnBothStores } from '../../../test/stores.ts';
import { createManualClock, type ManualClock } from '../../base/clock.ts';
import { parseSecretKeys } from '../../storage/secrets/keys.ts';
import type { State } from '../../storage/state/state.ts';
import { disclosedEvent } from '../vault/disclosed.ts';
import { createVault, type Vault } from '../vault/service.ts';
import { storeFiles } from '../vault/store-files-fixture.ts';
import { createAdmission } from './admission.ts';
import { createCatalogue } from './catalogue.ts';
import { createIntake, type Intake, type IntakeContext } from './intake.ts';
import { decodeLeaf } from './leaf.ts';
import { ownType } from './own-type.ts';
import type { BatchOutcome, EventResult } from './results.ts';
import { createSecurityGroups, type SecurityGroups } from './security-groups.ts';

interface House {
  readonly state: State;
  readonly clock: ManualClock;
  readonly vault: Vault;
  readonly groups: SecurityGroups;
  readonly intake: Intake;
}

const catalogue = createCatalogue([
  ownType({ type: 'shop.viewed', title: 'Viewed', retention: 'general', fields: { page: { kind: 'text' } } }),
]);

const shop: IntakeContext = { source: 'shop', acknowledgement: 'durable' };
const viewed = {
  type: 'shop.viewed',
  outcome: 'succeeded',
  actor: { type: 'user', id: 'usr_1' },
  details: { page: '/' },
};
const login = {
  type: 'authentication.login',
  outcome: 'failed',
  actor: { type: 'user', id: 'usr_1', name: 'Ada Lovelace' },
  address: '203.0.113.7',
  details: { method: 'password', login: 'ada@example.com' },
};
const paid = {
  type: 'transaction.record',
  outcome: 'succeeded',
  actor: { type: 'user', id: 'usr_1' },
  details: { transactionId: 't1', kind: 'payment', amount: '12.50', currency: 'EUR' },
};

function resultsOf(outcome: BatchOutcome): readonly EventResult[] {
  if (outcome.state === 'settled') throw new Error('settled');
  return outcome.results;
}
const statuses = (outcome: BatchOutcome) => resultsOf(outcome).map(({ status }) => status);
const accepted = (results: readonly EventResult[]) =>
  results.filter((result) => result.status === 'accepted');

describeOnBothStores('the intake', (open) => {
  async function build(): Promise<House> {
    const state = await open();
    const clock = createManualClock();
    const keys = parseSecretKeys(randomBytes(32).toString('base64'), 'test');
    const vault = await createVault({ state, keys, clock });
    const admission = createAdmission({ clock, perSecond: 100, burst: 200 });
    const groups = createSecurityGroups();
    return {
      state,
      clock,
      vault,
      groups,
      intake: createIntake({ state, clock, catalogue, vault, admission, groups }),
    };
  }

  test('each event of a batch has its own result: accepted with its log and leaf, or the fields at fault', async () => {
    const { intake } = await build();
    const outcome = await intake.admit([viewed, { ...viewed, outcome: 'maybe' }, login, paid, 17], shop);
    expect(statuses(outcome)).toEqual(['accepted', 'rejected', 'accepted', 'accepted', 'rejected']);
    const results = resultsOf(outcome);
    expect(accepted(results).map(({ log }) => log)).toEqual(['general', 'security', 'financial']);
    expect(results[1]).toEqual({
      status: 'rejected',
      code: 'invalid_input',
      errors: [{ field: 'outcome', message: 'must be one of attempted, succeeded, failed, denied' }],
    });
  });

  test('a batch that is none, empty or too large is refused whole', async () => {
    const { intake } = await build();
    for (const batch of [null, 'x', {}, [], Array.from({ length: 1001 }, () => viewed)]) {
      await expect(intake.admit(batch, shop)).rejects.toMatchObject({ code: 'invalid_input' });
    }
    await expect(intake.admit([viewed], { ...shop, idempotencyKey: 'has blanks' })).rejects.toMatchObject({
      fields: [{ field: 'idempotencyKey' }],
    });
  });

  test('sensitive fields are in the vault and only their commitments in the leaf', async () => {
    const { intake, vault } = await build();
    const [result] = accepted(resultsOf(await intake.admit([login], shop)));
    const leaf = result?.leaf ?? new Uint8Array();
    const text = Buffer.from(leaf).toString('utf8');
    for (const secret of ['Ada', 'Lovelace', '203.0.113.7', 'ada@example.com'])
      expect(text).not.toContain(secret);
    expect(decodeLeaf(leaf).sealed?.digests).toHaveLength(3);
    expect(await vault.reveal({ eventId: result?.id ?? '', field: 'details.login' })).toBe('ada@example.com');

    const disclosures = await vault.disclose(result?.id ?? '', ['address', 'actor.name']);
    const { event, closed } = disclosedEvent(leaf, [...disclosures.values()]);
    expect(event).toMatchObject({ address: '203.0.113.7', actor: { name: 'Ada Lovelace' } });
    expect(closed).toBe(1);
  });

  test('an erasure leaves every leaf as it is, and its own event names the person by a pseudonym', async () => {
    const { intake, vault } = await build();
    const keyed = { ...shop, idempotencyKey: 'k1' };
    const [before] = accepted(resultsOf(await intake.admit([login], keyed)));
    const leaf = before?.leaf ?? new Uint8Array();
    const given = await vault.disclose(before?.id ?? '', ['address']);
    const report = await vault.erase({ tenant: null, type: 'user', id: 'usr_1' });
    expect(report).toMatchObject({ keyDestroyed: true, fields: 3, events: 1 });
    expect(await vault.reveal({ eventId: before?.id ?? '', field: 'address' })).toBeUndefined();
    expect(await vault.disclose(before?.id ?? '')).toEqual(new Map());
    // What is kept of the batch is the leaf, byte for byte, and what an auditor was given before stays true.
    const [kept] = accepted(resultsOf(await intake.admit([login], keyed)));
    expect(Buffer.from(kept?.leaf ?? []).toString('hex')).toBe(Buffer.from(leaf).toString('hex'));
    expect(disclosedEvent(leaf, [...given.values()]).event['address']).toBe('203.0.113.7');
    const { subjectRef, fields, events } = report;
    const [event] = await intake.own([
      {
        type: 'data.erasure',
        outcome: 'succeeded',
        actor: { type: 'user', id: 'usr_dpo' },
        details: { subjectRef, fields, events },
      },
    ]);
    expect(event?.log).toBe('security');
  });

  test('an id that is an e-mail address is no pseudonym and does not enter the leaf', async () => {
    const { intake, vault } = await build();
    const event = {
      ...viewed,
      actor: { type: 'user', id: 'ada@example.com' },
      target: { type: 'user', id: 'bob@example.com' },
    };
    const [result] = accepted(resultsOf(await intake.admit([event], shop)));
    expect(Buffer.from(result?.leaf ?? []).toString('utf8')).not.toContain('example.com');
    expect(await vault.reveal({ eventId: result?.id ?? '', field: 'actor.id' })).toBe('ada@example.com');
    expect(await vault.reveal({ eventId: result?.id ?? '', field: 'target.id' })).toBe('bob@example.com');
  });

  test('a repeated batch with its key gets the same leaves, also after a restart', async () => {
    const { intake, state, vault, clock } = await build();
    const keyed = { ...shop, idempotencyKey: 'k1' };
    const first = await intake.admit([login, viewed, 17], keyed);
    const again = createIntake({
      state,
      clock,
      catalogue,
      vault,
      admission: createAdmission({ clock, perSecond: 100, burst: 200 }),
      groups: createSecurityGroups(),
    });
    const second = await again.admit([login, viewed, 17], keyed);
    expect([first.state, second.state]).toEqual(['new', 'repeated']);
    const hex = (outcome: BatchOutcome) =>
      resultsOf(outcome).map((result) =>
        result.status === 'accepted' ? Buffer.from(result.leaf).toString('hex') : result,
      );
    expect(hex(second)).toEqual(hex(first));

    await intake.settle({ source: 'shop', idempotencyKey: 'k1' }, [{ index: 7 }]);
    expect(await intake.admit([login, viewed, 17], keyed)).toEqual({
      state: 'settled',
      answer: [{ index: 7 }],
    });
    await intake.settle(
      { source: 'shop', idempotencyKey: 'k1' },
      'a second answer does not replace the first',
    );
    expect(await intake.admit([login, viewed, 17], keyed)).toEqual({
      state: 'settled',
      answer: [{ index: 7 }],
    });
  });

  test('a key used for another batch is refused, is free for other sources, and expires after a day', async () => {
    const { intake, clock } = await build();
    const keyed = { ...shop, idempotencyKey: 'k1' };
    await intake.admit([viewed], keyed);
    await expect(intake.admit([login], keyed)).rejects.toMatchObject({ code: 'conflict' });
    await expect(intake.admit([viewed], { ...keyed, acknowledgement: 'witnessed' })).rejects.toMatchObject({
      code: 'conflict',
    });
    expect((await intake.admit([login], { ...keyed, source: 'bank' })).state).toBe('new');
    expect(await intake.forgetOldBatches()).toBe(0);
    await clock.advance(24 * 3_600_000 + 1);
    expect((await intake.admit([login], keyed)).state).toBe('new');
    expect(await intake.forgetOldBatches()).toBe(1);
  });

  test('the same batch sent twenty times at once is taken in once', async () => {
    const { intake } = await build();
    const sent = Array.from({ length: 20 }, () =>
      intake.admit([login, viewed], { ...shop, idempotencyKey: 'k1' }),
    );
    const outcomes = await Promise.all(sent);
    expect(outcomes.filter(({ state }) => state === 'new')).toHaveLength(1);
    const ids = outcomes.map((outcome) =>
      accepted(resultsOf(outcome))
        .map(({ id }) => id)
        .join(),
    );
    expect(new Set(ids).size).toBe(1);
  });

  test('an id that a sender chose is taken once', async () => {
    const { intake } = await build();
    const chosen = { ...login, id: 'evt-1' };
    expect(statuses(await intake.admit([chosen, chosen], shop))).toEqual(['accepted', 'rejected']);
    const second = await intake.admit([chosen, viewed], shop);
    expect(resultsOf(second)[0]).toEqual({
      status: 'rejected',
      code: 'conflict',
      errors: [{ field: 'id', message: 'is used already' }],
    });
    const racing = Array.from({ length: 6 }, () => intake.admit([{ ...login, id: 'evt-2' }], shop));
    const states = (await Promise.all(racing)).flatMap(statuses);
    expect(states.filter((status) => status === 'accepted')).toHaveLength(1);
  });

  test('security and financial events cannot be acknowledged from memory, others can', async () => {
    const { intake } = await build();
    const outcome = await intake.admit([viewed, login, paid], { ...shop, acknowledgement: 'buffered' });
    expect(statuses(outcome)).toEqual(['accepted', 'rejected', 'rejected']);
    expect(resultsOf(outcome)[1]).toMatchObject({ errors: [{ field: 'acknowledgement' }] });
    for (const acknowledgement of ['durable', 'witnessed'] as const) {
      expect(statuses(await intake.admit([login, paid], { ...shop, acknowledgement }))).toEqual([
        'accepted',
        'accepted',
      ]);
    }
  });

  test('in a flood of ten times the rate every protected event is kept, and the drops of others equal the logged count', async () => {
    const { intake, clock } = await build();
    const kinds = [viewed, viewed, viewed, viewed, viewed, viewed, viewed, viewed, login, paid];
    let answered = 0;
    let dropped = 0;
    let keptProtected = 0;
    const sent: Promise<void>[] = [];
    for (let second = 0; second < 10; second += 1) {
      for (let call = 0; call < 10; call += 1) {
        const batch = Array.from({ length: 100 }, (_, index) => kinds[index % 10]);
        sent.push(
          intake.admit(batch, shop).then((outcome) => {
            answered += 1;
            for (const result of resultsOf(outcome)) {
              if (result.status === 'dropped') dropped += 1;
              else if (result.status === 'accepted' && result.log !== 'general') keptProtected += 1;
            }
          }),
        );
      }
      await clock.advance(1000);
    }
    // The sender is slowed down: after the flood its last batches still wait.
    expect(answered).toBeLessThan(100);
    await clock.advance(60_000);
    await Promise.all(sent);
    expect(keptProtected).toBe(10 * 10 * 20);
    expect(dropped).toBeGreaterThan(7000);

    const events = (await intake.report()).map(({ leaf }) => decodeLeaf(leaf));
    expect(events.map(({ type, actor }) => [type, actor.id])).toEqual([['intake.rate-limited', 'shop']]);
    expect(events[0]?.details['dropped']).toBe(dropped);
    expect(await intake.report()).toEqual([]);
  });

  test('what is not valid, dropped or blocked becomes one security event per source and kind, without its values', async () => {
    const { intake, groups } = await build();
    const bad = { ...viewed, outcome: 'secret-value', 'ada@example.com': 1, details: { page: 17 } };
    await intake.admit([bad, bad, viewed], shop);
    await intake.admit([bad], { ...shop, source: 'bank' });
    await intake.admit('nonsense', shop).catch(() => undefined);
    intake.recordBlocked('bank', 'origin is not allowed');
    intake.recordBlocked('bank', 'origin is not allowed');
    expect(groups.pending()).toHaveLength(3);
    const events = (await intake.report()).map(({ leaf, log }) => {
      expect(log).toBe('security');
      const { type, actor, details } = decodeLeaf(leaf);
      return [type, actor.id, details['count'], details['fields'] ?? details['reasons']];
    });
    expect(events).toEqual([
      ['intake.invalid', 'shop', 3, ['outcome', 'unknown field', 'events']],
      ['intake.invalid', 'bank', 1, ['outcome', 'unknown field']],
      ['intake.blocked', 'bank', 2, ['origin is not allowed']],
    ]);
  });

  test('nobody outside can write the intake’s own events', async () => {
    const { intake } = await build();
    const forged = {
      type: 'intake.blocked',
      outcome: 'denied',
      actor: { type: 'source', id: 'bank' },
      details: { count: 1, first: '2026-01-01T00:00:00Z', last: '2026-01-01T00:00:00Z', reasons: [] },
    };
    expect(resultsOf(await intake.admit([forged], shop))[0]).toMatchObject({ errors: [{ field: 'type' }] });
  });

  test('reports that could not be kept are reported the next time', async () => {
    const { state, clock, groups, vault } = await build();
    let fails = true;
    const admission = createAdmission({ clock, perSecond: 100, burst: 200 });
    const ailing: Vault = {
      ...vault,
      keep: async (entries, tx) => {
        if (fails) throw new Error('the disk is full');
        await vault.keep(entries, tx);
      },
    };
    const intake = createIntake({ state, clock, catalogue, vault: ailing, admission, groups });
    // A source that is named by an address: its id is sealed, so the report needs the vault.
    intake.recordBlocked('scanner@198.51.100.1', 'unknown token');
    await expect(intake.report()).rejects.toThrow('the disk is full');
    intake.recordBlocked('scanner@198.51.100.1', 'unknown token');
    fails = false;
    const [event] = await intake.report();
    expect(decodeLeaf(event?.leaf ?? new Uint8Array()).details['count']).toBe(2);
  });

  test('many callers at once share transactions, and each finds its own fields in the vault', async () => {
    const { state, clock, groups, vault } = await build();
    let transactions = 0;
    const counted: State = {
      ...state,
      transaction: (work) => {
        transactions += 1;
        return state.transaction(work);
      },
    };
    const admission = createAdmission({ clock, perSecond: 1000, burst: 1000 });
    const intake = createIntake({ state: counted, clock, catalogue, vault, admission, groups });
    const outcomes = await Promise.all(
      Array.from({ length: 200 }, (_, index) =>
        intake.admit(
          [{ ...login, actor: { type: 'user', id: `usr_${index % 7}`, name: `Name ${index}` } }],
          shop,
        ),
      ),
    );
    expect(transactions).toBeLessThan(10);
    const ids = outcomes.flatMap((outcome) => accepted(resultsOf(outcome)).map(({ id }) => id));
    const names = await Promise.all(ids.map((eventId) => vault.reveal({ eventId, field: 'actor.name' })));
    expect(names).toEqual(Array.from({ length: 200 }, (_, index) => `Name ${index}`));
  });

  test('an event whose vault entry cannot be kept is not accepted', async () => {
    const { state, clock, groups, vault } = await build();
    const admission = createAdmission({ clock, perSecond: 100, burst: 200 });
    const broken: Vault = { ...vault, keep: () => Promise.reject(new Error('the disk is full')) };
    const intake = createIntake({ state, clock, catalogue, vault: broken, admission, groups });
    await expect(intake.admit([login], { ...shop, idempotencyKey: 'k1' })).rejects.toThrow(
      'the disk is full',
    );
    const whole = createIntake({ state, clock, catalogue, vault, admission, groups });
    expect((await whole.admit([login], { ...shop, idempotencyKey: 'k1' })).state).toBe('new');
  });

  test('a caller that goes away while it waits has nothing kept', async () => {
    const { intake, clock, vault } = await build();
    await intake.admit(
      Array.from({ length: 200 }, () => viewed),
      shop,
    );
    const stop = new AbortController();
    const waiting = intake
      .admit([{ ...login, id: 'evt-gone' }], { ...shop, signal: stop.signal })
      .catch((error: unknown) => error);
    await clock.advance(1);
    stop.abort();
    expect(await waiting).toMatchObject({ code: 'rate_limited' });
    expect(await vault.knownEvents(['evt-gone'])).toEqual([]);
  });

  test('labelled personal data in any sensitive field reaches no leaf, no error, no report and no file in clear', async () => {
    const { intake, state } = await build();
    const canary = `canary${randomBytes(8).toString('hex')}`;
    const outputs: string[] = [];
    const value = fc.constantFrom(canary, `${canary}@example.com`, `"${canary}"`, `é${canary}\\`);
    const broken = fc.constantFrom(
      {},
      { outcome: 'never' },
      { details: { method: 'guess', login: canary } },
      { time: 'no' },
    );
    await fc.assert(
      fc.asyncProperty(
        fc.record({
          name: value,
          address: value,
          login: value,
          userAgent: value,
          targetName: value,
          account: value,
        }),
        broken,
        async (fields, fault) => {
          const party = { type: 'user', id: 'usr_1', name: fields.name };
          const batch = [
            {
              ...login,
              actor: party,
              target: { type: 'user', id: 'usr_2', name: fields.targetName },
              address: fields.address,
              details: { method: 'password', login: fields.login, userAgent: fields.userAgent },
              ...fault,
            },
            {
              ...paid,
              actor: party,
              details: { ...paid.details, account: fields.account, counterparty: fields.name },
            },
          ];
          const outcome = await intake.admit(batch, {
            ...shop,
            source: `s${outputs.length}`,
            idempotencyKey: `k${outputs.length}`,
          });
          for (const result of resultsOf(outcome)) {
            outputs.push(
              result.status === 'accepted'
                ? Buffer.from(result.leaf).toString('utf8')
                : JSON.stringify(result),
            );
          }
        },
      ),
      { numRuns: 40 },
    );
    for (const { leaf } of await intake.report()) outputs.push(Buffer.from(leaf).toString('utf8'));
    expect(outputs.length).toBeGreaterThan(80);
    expect(outputs.filter((text) => text.includes(canary))).toEqual([]);

    const files = await storeFiles(state);
    expect(files.length).toBeGreaterThan(0);
    expect(files.filter(({ bytes }) => bytes.includes(canary)).map(({ name }) => name)).toEqual([]);
  });
});
