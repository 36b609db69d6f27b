import { expect, test } from 'vitest';
import { describeOnBothStores } from '../../test/stores.ts';
import { createManualClock } from '../base/clock.ts';
import { detailsLimitBytes } from './event-row.ts';
import { createAudit } from './service.ts';
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
const newest = { before: null, limit: 50 };

describeOnBothStores('audit', (open) => {
  test('an event comes back as it was appended', async () => {
    const clock = createManualClock();
    const audit = createAudit({ state: await open(), clock });
    await audit.append(event());
    const { events, before } = await audit.list({}, newest);
    expect(before).toBeNull();
    expect(events).toEqual([
      { ...event(), seq: expect.any(Number), id: expect.stringMatching(/^aud_/), time: clock.now() },
    ]);
  });

  test('events keep the order of their appends even when the clock goes back', async () => {
    const clock = createManualClock();
    const audit = createAudit({ state: await open(), clock });
    for (const action of ['a.one', 'a.two', 'a.three']) {
      await audit.append(event({ action }));
      clock.jump(-60_000);
    }
    const { events } = await audit.list({}, newest);
    expect(events.map(({ action }) => action)).toEqual(['a.three', 'a.two', 'a.one']);
  });

  test('pages neither repeat nor skip while events are appended', async () => {
    const audit = createAudit({ state: await open(), clock: createManualClock() });
    for (let number = 1; number <= 7; number += 1) await audit.append(event({ requestId: `r${number}` }));
    const seen: (string | null)[] = [];
    let before: number | null = null;
    for (let page = 0; page < 5; page += 1) {
      const read = await audit.list({}, { before, limit: 3 });
      seen.push(...read.events.map(({ requestId }) => requestId));
      await audit.append(event({ requestId: 'later' }));
      before = read.before;
      if (before === null) break;
    }
    expect(seen).toEqual(['r7', 'r6', 'r5', 'r4', 'r3', 'r2', 'r1']);
  });

  test('filters take an actor, an action or its noun, an outcome and a span of time', async () => {
    const clock = createManualClock();
    const audit = createAudit({ state: await open(), clock });
    await audit.append(event({ action: 'probe.delete' }));
    await clock.advance(1000);
    await audit.append(event({ action: 'probes.list', actor: systemActor }));
    await clock.advance(1000);
    await audit.append(event({ action: 'probe.create', outcome: 'denied' }));
    const actions = async (filter: Parameters<typeof audit.list>[0]) =>
      (await audit.list(filter, newest)).events.map(({ action }) => action);
    expect(await actions({ action: 'probe' })).toEqual(['probe.create', 'probe.delete']);
    expect(await actions({ action: 'probes.list' })).toEqual(['probes.list']);
    expect(await actions({ actor: 'Ada' })).toEqual(['probe.create', 'probe.delete']);
    expect(await actions({ actor: 'custos' })).toEqual(['probes.list']);
    expect(await actions({ outcome: 'denied' })).toEqual(['probe.create']);
    expect(await actions({ from: clock.now() - 1000, to: clock.now() })).toEqual(['probes.list']);
    expect(await actions({ action: '%' })).toEqual([]);
  });

  test('an event of a transaction that fails is not kept', async () => {
    const state = await open();
    const audit = createAudit({ state, clock: createManualClock() });
    await expect(
      state.transaction(async (tx) => {
        await audit.append(event(), tx);
        throw new Error('changed my mind');
      }),
    ).rejects.toThrow('changed my mind');
    expect((await audit.list({}, newest)).events).toEqual([]);
  });

  test('details at the limit are kept and one byte more is refused by name', async () => {
    const audit = createAudit({ state: await open(), clock: createManualClock() });
    // {"text":"..."} is 11 bytes around the text, and every é is two bytes.
    const text = 'é'.repeat((detailsLimitBytes - 12) / 2);
    await audit.append(event({ details: { text: `${text}x` } }));
    expect((await audit.list({}, newest)).events[0]?.details).toEqual({ text: `${text}x` });
    await expect(audit.append(event({ details: { text: `${text}xy` } }))).rejects.toMatchObject({
      code: 'invalid_input',
      fields: [{ field: 'details', message: expect.stringContaining('51200') }],
    });
    expect((await audit.list({}, newest)).events).toHaveLength(1);
  });

  test('what a caller put into an id cannot stop the record', async () => {
    const audit = createAudit({ state: await open(), clock: createManualClock() });
    await audit.append(event({ target: { type: 'probe', id: `a\0b\uD800${'x'.repeat(5000)}` } }));
    const { events } = await audit.list({}, newest);
    expect(events[0]?.target?.id).toMatch(/^a\uFFFDb\uFFFDx+$/);
    expect(events[0]?.target?.id).toHaveLength(300);
  });
});

test('details that are not JSON and actions that are not noun.verb are refused', async () => {
  const state = { write: undefined } as never;
  const audit = createAudit({ state, clock: createManualClock() });
  const circle: Record<string, unknown> = {};
  circle['self'] = circle;
  await expect(audit.append(event({ details: circle }))).rejects.toMatchObject({ code: 'invalid_input' });
  for (const action of ['', 'delete', 'Probe.Delete', 'probe.', `a.${'b'.repeat(200)}`]) {
    await expect(audit.append(event({ action }))).rejects.toMatchObject({
      fields: [{ field: 'action' }],
    });
  }
});
