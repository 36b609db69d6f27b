import type { AuditEventView, AuditQuery } from '@custos/contract';
import { expect, test } from 'vitest';
import { openTestAudit } from '../../test/audit.ts';
import { describeOnBothStores } from '../../test/stores.ts';
import { detailsLimitBytes } from './events/limits.ts';
import { eventInputOf } from './own-acts.ts';
import type { Audit } from './service.ts';
import { systemActor, type AuditEvent } from './types.ts';

const event = (change: Partial<AuditEvent> = {}): AuditEvent => ({
  actor: { type: 'user', id: 'usr_1', name: 'Ada' },
  action: 'probe.delete',
  target: { type: 'probe', id: 'prb_1' },
  outcome: 'succeeded',
  address: '127.0.0.1',
  requestId: 'req-1',
  details: { name: 'shop', 'with ü': ['✓'] },
  ...change,
});

async function found(audit: Audit, query: AuditQuery = {}): Promise<AuditEventView[]> {
  const filter = await audit.reading.filterOf(query);
  return (await audit.reading.search(filter, { cursor: undefined, limit: 500 })).items;
}

const draft = (change: object = {}): object => ({
  type: 'application.act',
  action: 'order.refund',
  outcome: 'succeeded',
  actor: { type: 'user', id: 'usr_17', name: 'Grace Hopper' },
  ...change,
});
const context = { source: 'shop', acknowledgement: 'durable' } as const;

describeOnBothStores('the audit log', (open) => {
  test('an act comes back as it was appended, with its personal data sealed', async () => {
    const names = {
      namesOf: async (ids: readonly string[]) => new Map(ids.includes('usr_1') ? [['usr_1', 'Ada L']] : []),
      idOf: async () => undefined,
    };
    const { audit } = await openTestAudit(await open(), { names });
    await audit.append(event());
    const [view] = await found(audit);
    expect(view).toMatchObject({
      type: 'administration.act',
      action: 'probe.delete',
      actor: { type: 'user', id: 'usr_1', name: 'Ada L' },
      target: { type: 'probe', id: 'prb_1', name: null },
      outcome: 'succeeded',
      source: 'custos',
      requestId: 'req-1',
      details: { name: 'shop', 'with ü': ['✓'] },
      sealedCount: 2,
      place: { log: 'security', index: 0 },
    });
    const detail = await audit.reading.detail(view?.id ?? '');
    expect(detail.sealedFields).toEqual(['actor.name', 'address']);
    expect(Buffer.from(detail.proof.leaf ?? '', 'base64').toString()).not.toMatch(/Ada|127\.0\.0\.1/);
    expect(detail.proof.receipt).toMatch(/^c2sp\.org\/tlog-proof@v1\n/);
    expect(await audit.reading.reveal(view?.id ?? '', 'address')).toBe('127.0.0.1');
    await expect(audit.reading.reveal(view?.id ?? '', 'actor.id')).rejects.toMatchObject({
      code: 'not_found',
    });
  });

  test('an act is on record exactly when its transaction commits', async () => {
    const state = await open();
    const { audit, leafLog } = await openTestAudit(state);
    await expect(
      state.transaction(async (tx) => {
        await audit.append(event({ action: 'probe.create' }), tx);
        throw new Error('changed my mind');
      }),
    ).rejects.toThrow('changed my mind');
    await state.transaction((tx) => audit.append(event(), tx));
    await leafLog.settle();
    expect((await found(audit)).map(({ action }) => action)).toEqual(['probe.delete']);
  });

  test('pages neither repeat nor skip while events are appended', async () => {
    const { audit } = await openTestAudit(await open());
    for (let number = 1; number <= 7; number += 1) await audit.append(event({ requestId: `r${number}` }));
    const seen: (string | null)[] = [];
    let cursor: string | undefined;
    for (let page = 0; page < 5; page += 1) {
      const read = await audit.reading.search({ action: 'probe' }, { cursor, limit: 3 });
      seen.push(...read.items.map(({ requestId }) => requestId));
      await audit.append(event({ requestId: 'later' }));
      if (read.nextCursor === null) break;
      cursor = read.nextCursor;
    }
    expect(new Set(seen)).toEqual(new Set(['r1', 'r2', 'r3', 'r4', 'r5', 'r6', 'r7']));
    expect(seen).toHaveLength(7);
  });

  test('a name of the directory finds what its owner did, and a noun every action of it', async () => {
    const names = {
      namesOf: async () => new Map<string, string>(),
      idOf: async (name: string) => (name === 'Ada' ? 'usr_1' : undefined),
    };
    const { audit } = await openTestAudit(await open(), { names });
    await audit.append(event({ action: 'probe.delete' }));
    await audit.append(event({ action: 'probes.list', actor: systemActor }));
    await audit.append(event({ action: 'probe.create', outcome: 'denied', details: { order: { id: 17 } } }));
    const actions = async (query: AuditQuery) =>
      (await found(audit, query)).map(({ action }) => action).toSorted();
    expect(await actions({ action: 'probe' })).toEqual(['probe.create', 'probe.delete']);
    expect(await actions({ actor: 'Ada' })).toEqual(['probe.create', 'probe.delete']);
    // A source may have the name of a token or user here; what is about the source is found as well.
    const asSource = event({ action: 'shop.sync', actor: { type: 'system', id: 'Ada', name: 'Ada' } });
    await audit.append(asSource);
    expect(await actions({ actor: 'Ada' })).toEqual(['probe.create', 'probe.delete', 'shop.sync']);
    expect(await actions({ party: 'Ada' })).toEqual(['probe.create', 'probe.delete', 'shop.sync']);
    expect(await actions({ actor: 'usr_1' })).toEqual(['probe.create', 'probe.delete']);
    expect(await actions({ party: 'prb_1' })).toHaveLength(4);
    expect(await actions({ actor: 'custos' })).toEqual(['probes.list']);
    expect(await actions({ outcome: 'denied' })).toEqual(['probe.create']);
    expect(await actions({ detail: ['order.id=17'] })).toEqual(['probe.create']);
    expect(await actions({ action: '%' })).toEqual([]);
  });

  test('details at the limit are kept and one byte more is refused by name', async () => {
    const { audit } = await openTestAudit(await open());
    // {"text":"..."} is 11 bytes around the text, and every é is two bytes.
    const text = 'é'.repeat((detailsLimitBytes - 12) / 2);
    await audit.append(event({ details: { text: `${text}x` } }));
    expect((await found(audit))[0]?.details).toEqual({ text: `${text}x` });
    await expect(audit.append(event({ details: { text: `${text}xy` } }))).rejects.toMatchObject({
      code: 'invalid_input',
      fields: [{ field: 'details', message: expect.stringContaining('51200') }],
    });
    expect(await found(audit)).toHaveLength(1);
  });

  test('a batch is answered event by event, and a repeat under its key is not kept twice', async () => {
    const { audit } = await openTestAudit(await open());
    const batch = [draft(), draft({ type: 'no.such-type' }), draft({ action: 'order.cancel' })];
    const keyed = { ...context, idempotencyKey: 'k-1' };
    const { results } = await audit.submissions.submit(batch, keyed);
    expect(results).toMatchObject([
      { status: 'accepted', log: 'general', index: 0, leafHash: expect.stringMatching(/^.{44}$/) },
      { status: 'rejected', code: 'invalid_input', errors: [{ field: 'type' }] },
      { status: 'accepted', log: 'general', index: 1 },
    ]);
    const repeats = await Promise.all([
      audit.submissions.submit(batch, keyed),
      audit.submissions.submit(batch, keyed),
    ]);
    for (const repeat of repeats) expect(repeat.results).toEqual(results);
    expect(await found(audit)).toHaveLength(2);
    await expect(audit.submissions.submit([draft()], keyed)).rejects.toMatchObject({ code: 'conflict' });
  });

  test('a batch that was admitted and not appended is completed by its repeat, each event once', async () => {
    const { audit, leafLog } = await openTestAudit(await open());
    const batch = [draft(), draft({ action: 'order.cancel' })];
    const keyed = { ...context, idempotencyKey: 'k-2' };
    // The process died after the first of the two leaves was in the log.
    const outcome = await audit.intake.admit(batch, keyed);
    const [first] = outcome.state === 'settled' ? [] : outcome.results;
    if (first?.status !== 'accepted') throw new Error('not accepted');
    await leafLog.append(first.log, [first.leaf]);
    const { results } = await audit.submissions.submit(batch, keyed);
    expect(results).toMatchObject([
      { status: 'accepted', id: first.id, index: 0 },
      { status: 'accepted', index: 1 },
    ]);
    expect(await found(audit)).toHaveLength(2);
  });

  test('what is buffered is answered at once and kept soon; security events are refused as buffered', async () => {
    const { audit } = await openTestAudit(await open());
    const answer = await audit.submissions.submit(
      [draft(), draft({ type: 'authentication.logout', details: {} })],
      { ...context, acknowledgement: 'buffered' },
    );
    expect(answer.results).toMatchObject([
      { status: 'accepted', index: null, leafHash: null },
      { status: 'rejected', errors: [{ field: 'acknowledgement' }] },
    ]);
    await audit.submissions.settle();
    expect(await found(audit, { source: 'shop' })).toHaveLength(1);
    await expect(
      audit.submissions.submit([draft()], { ...context, acknowledgement: 'witnessed' }),
    ).rejects.toMatchObject({ fields: [{ field: 'acknowledgement' }] });
  });
});

test('what a caller put into an id cannot stop the record', () => {
  const { target } = eventInputOf(event({ target: { type: 'probe', id: `a\0b\uD800${'x'.repeat(5000)}` } }));
  expect(target?.id).toMatch(/^a\uFFFDb\uFFFDx+$/);
  expect(target?.id).toHaveLength(200);
  const long = eventInputOf(event({ target: { type: 'probe', id: `${'x'.repeat(199)}😀` } }));
  expect(long.target?.id.isWellFormed()).toBe(true);
  expect(eventInputOf(event({ details: { name: 'a\0\uD800' } })).details).toEqual({ name: 'a\uFFFD\uFFFD' });
});

test('details that are not JSON and actions that are not noun.verb are refused', () => {
  const circle: Record<string, unknown> = {};
  circle['self'] = circle;
  expect(() => eventInputOf(event({ details: circle }))).toThrow(/details/);
  for (const action of ['', 'delete', 'Probe.Delete', 'probe.', `a.${'b'.repeat(200)}`]) {
    expect(() => eventInputOf(event({ action }))).toThrow(/action/);
  }
});
