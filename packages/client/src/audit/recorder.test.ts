import { afterEach, expect, test, vi } from 'vitest';
import { createClient } from '../client.ts';
import { AuditRecordError } from './errors.ts';
import type { AuditRecorderOptions, RecorderProblem } from './options.ts';
import { createAuditRecorder, type AuditRecorder } from './recorder.ts';
import { auditServer, type AuditServer } from './server-fixture.ts';
import type { AuditEventDraft } from './types.ts';

const open: (AuditServer | AuditRecorder)[] = [];
afterEach(async () => {
  for (const one of open.splice(0).toReversed())
    await ('stop' in one ? one.stop() : one.close({ timeoutMs: 0 }));
});

const event = (id: string, more: Partial<AuditEventDraft> = {}): AuditEventDraft => ({
  id,
  type: 'user.status-change',
  outcome: 'succeeded',
  actor: { type: 'user', id: 'usr_1' },
  ...more,
});
const many = (count: number, from = 0): AuditEventDraft[] =>
  Array.from({ length: count }, (_, index) => event(`e-${from + index}`));
const idsOf = (events: readonly AuditEventDraft[]): string[] => events.map(({ id }) => id ?? '');

async function started(options: Partial<AuditRecorderOptions> = {}, serving: { maxBytes?: number } = {}) {
  const server = await auditServer(serving);
  const problems: RecorderProblem[] = [];
  /** Moves on at once, so that no test waits for a back-off; the waits are on record. */
  const waits: number[] = [];
  const recorder = createAuditRecorder({
    url: server.url,
    token: 'cst_good',
    onProblem: (problem) => problems.push(problem),
    clock: {
      now: () => Date.now(),
      sleep: async (ms, signal) => {
        waits.push(ms);
        // The flush interval is not a back-off: it must not end by itself here.
        if (ms === (options.flushIntervalMs ?? 5000)) {
          await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve()));
        } else await new Promise((resolve) => setTimeout(resolve, 5));
      },
    },
    ...options,
  });
  open.push(server, recorder);
  return { server, recorder, problems, waits };
}

test('record resolves with the place in the log, and the event says what was told', async () => {
  const { server, recorder } = await started({ source: 'shop/checkout' });
  const before = Date.now();
  const recorded = await recorder.record({
    type: 'data.access',
    outcome: 'succeeded',
    actor: { type: 'user', id: 'usr_1', name: 'Ada' },
    details: { resource: 'orders', recordCount: 3, query: undefined },
  });
  expect(recorded).toEqual({ id: server.ids()[0], log: 'security', index: 0, leafHash: 'aGFzaA==' });
  expect(recorded.id).toMatch(/^evt_[0-9a-z]{26}$/);
  const { time, ...rest } = server.stored[0] ?? { time: '' };
  expect(Date.parse(String(time))).toBeGreaterThanOrEqual(before);
  expect(rest).toEqual({
    id: recorded.id,
    type: 'data.access',
    outcome: 'succeeded',
    source: 'shop/checkout',
    actor: { type: 'user', id: 'usr_1', name: 'Ada' },
    details: { resource: 'orders', recordCount: 3 },
  });
});

test('concurrent records share requests and each gets its own answer', async () => {
  const { server, recorder } = await started();
  const recorded = await Promise.all(many(250).map((one) => recorder.record(one)));
  expect(recorded.map(({ id }) => id)).toEqual(idsOf(many(250)));
  expect(recorded.map(({ index }) => index)).toEqual(Array.from({ length: 250 }, (_, index) => index));
  expect(server.batches.map(({ size }) => size)).toEqual([100, 100, 50]);
  expect(recorder.status().counters).toMatchObject({ recorded: 250, batches: 3, retries: 0 });
});

test('what nobody waits for goes out at the size of a batch, not before', async () => {
  const { server, recorder } = await started({ batchSize: 10 });
  for (const one of many(9)) await recorder.enqueue(one);
  await new Promise((resolve) => setTimeout(resolve, 50));
  expect(server.batches).toHaveLength(0);
  expect(recorder.status()).toMatchObject({ state: 'idle', waiting: { events: 9 }, keptOn: 'memory' });
  await recorder.enqueue(event('e-9'));
  await vi.waitFor(() => expect(server.ids()).toEqual(idsOf(many(10))));
  expect(server.batches.map(({ size }) => size)).toEqual([10]);
});

test('or after the interval, counted from the oldest that waits', async () => {
  const server = await auditServer();
  const recorder = createAuditRecorder({ url: server.url, token: 'cst_good', flushIntervalMs: 500 });
  open.push(server, recorder);
  for (let round = 0; round < 2; round += 1) {
    const start = performance.now();
    await recorder.enqueue(event(`a-${round}`));
    await new Promise((resolve) => setTimeout(resolve, 300));
    await recorder.enqueue(event(`b-${round}`));
    await vi.waitFor(() => expect(server.ids()).toContain(`b-${round}`), 2000);
    expect(performance.now() - start).toBeGreaterThan(480);
    expect(server.batches).toHaveLength(round + 1);
  }
});

test.each([
  ['batchSize', 9, 'batchSize must be a whole number from 10 to 1000, not 9'],
  ['batchSize', 1001, 'from 10 to 1000'],
  ['batchSize', 10.5, 'whole number'],
  ['flushIntervalMs', 499, 'from 500 to 30000'],
  ['flushIntervalMs', 30_001, 'from 500 to 30000'],
  ['maxPending', 50, 'maxPending must be at least batchSize, 100'],
  ['url', 'custos.example.com', 'url must be an address'],
])('%s %s is refused by name', (field, value, message) => {
  const make = (): AuditRecorder => createAuditRecorder({ url: 'http://127.0.0.1:1', [field]: value });
  expect(make).toThrow(message);
  expect(make).toThrow(
    expect.objectContaining({ code: 'invalid_option', fields: [expect.objectContaining({ field })] }),
  );
});

test.each([
  ['batchSize', 10],
  ['batchSize', 1000],
  ['flushIntervalMs', 500],
  ['flushIntervalMs', 30_000],
])('%s %s is taken', async (field, value) => {
  open.push(createAuditRecorder({ url: 'http://127.0.0.1:1', [field]: value }));
});

test.each<[string, unknown, string]>([
  ['no type', { ...event('x'), type: undefined }, 'type must be given'],
  ['no actor', { ...event('x'), actor: undefined }, 'actor.type must be given'],
  ['another outcome', { ...event('x'), outcome: 'maybe' }, 'outcome must be one of'],
  ['a circle', { ...event('x'), details: circle() }, 'must be JSON'],
  ['a big integer', { ...event('x'), details: { n: 1n } }, 'must be JSON'],
  [
    'large details',
    { ...event('x'), details: { text: 'é'.repeat(25_700) } },
    'details must be at most 51200',
  ],
  ['a time that is none', { ...event('x'), time: Number.NaN }, 'time must be milliseconds'],
])('an event with %s is not taken, and the error names the field', async (_what, draft, message) => {
  const { recorder, server } = await started();
  const error = await recorder.enqueue(draft as AuditEventDraft).catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(AuditRecordError);
  expect(error).toMatchObject({ code: 'invalid_event', message: expect.stringContaining(message) });
  await recorder.flush();
  expect(server.stored).toHaveLength(0);
  expect(recorder.status().counters.notTaken).toBe(1);
});

function circle(): { [key: string]: null } {
  const one: { [key: string]: unknown } = {};
  one['one'] = one;
  return one as { [key: string]: null };
}

test('what the server refuses or drops is told to who waits, or else to the listener, with the event', async () => {
  const { recorder, problems, server } = await started();
  const answers = await Promise.allSettled([
    recorder.record(event('good')),
    recorder.record(event('bad', { type: 'unknown.type' })),
    recorder.record(event('many', { type: 'general.flood' })),
  ]);
  expect(answers.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'rejected']);
  expect((answers[1] as PromiseRejectedResult).reason).toMatchObject({
    code: 'event_rejected',
    fields: [{ field: 'type', message: 'is not in the catalogue' }],
  });
  expect((answers[2] as PromiseRejectedResult).reason).toMatchObject({ code: 'event_dropped' });
  expect(problems).toEqual([]);

  const time = Date.UTC(2026, 0, 2);
  await recorder.enqueue(event('bad-2', { type: 'unknown.type', time }));
  await recorder.enqueue(event('many-2', { type: 'general.flood' }));
  await recorder.flush();
  expect(problems.map(({ kind, events }) => [kind, events[0]?.id])).toEqual([
    ['rejected', 'bad-2'],
    ['dropped', 'many-2'],
  ]);
  expect(problems[0]?.events[0]).toEqual(event('bad-2', { type: 'unknown.type', time }));
  expect(recorder.status().counters).toMatchObject({ recorded: 1, rejected: 2, dropped: 2 });
  expect(server.ids()).toEqual(['good']);
});

test.each(['cut-before-storing', 'cut-after-storing', 'half-answer', 'hang'] as const)(
  'after a failure (%s) the same batch goes out under the same key, and every event is stored once',
  async (fault) => {
    const { recorder, server, problems } = await started({ requestTimeoutMs: 1000 });
    server.faults.push(fault, fault);
    await Promise.all(many(30).map((one) => recorder.record(one)));
    expect(server.ids()).toEqual(idsOf(many(30)));
    expect(new Set(server.batches.map(({ key }) => key)).size).toBe(1);
    expect(recorder.status().counters).toMatchObject({ recorded: 30, batches: 1, retries: 2 });
    // Once per outage, not once per try.
    expect(problems.map(({ kind }) => kind)).toEqual(['unreachable']);
  },
);

test('a wait that the server asks for is kept, in seconds and as a date', async () => {
  const { recorder, server, waits } = await started();
  const date = new Date(Date.now() + 20_000).toUTCString();
  server.faults.push({ status: 429, retryAfter: '7' }, { status: 503, retryAfter: date }, { status: 503 });
  await recorder.record(event('e-0'));
  const [seconds = 0, until = 0, own = 0] = waits.filter((ms) => ms !== 5000);
  expect(seconds).toBeGreaterThanOrEqual(7000);
  expect(seconds).toBeLessThan(8500);
  expect(until).toBeGreaterThan(17_000);
  expect(until).toBeLessThan(22_000);
  expect(own).toBeLessThanOrEqual(2000);
  expect(server.ids()).toEqual(['e-0']);
});

test('without such a wait they double with jitter, up to 30 s', async () => {
  const { recorder, server, waits } = await started();
  server.faults.push(...Array.from({ length: 10 }, () => ({ status: 503 })));
  await recorder.record(event('e-0'));
  const own = waits.filter((ms) => ms !== 5000);
  expect(own).toHaveLength(10);
  for (const [tries, ms] of own.entries()) {
    const ceiling = Math.min(30_000, 500 * 2 ** tries);
    expect(ms).toBeGreaterThanOrEqual(ceiling / 2);
    expect(ms).toBeLessThanOrEqual(ceiling);
  }
});

test.each([
  { status: 502, html: true },
  { status: 400, html: true },
  { status: 409, html: true },
  { status: 422, html: true },
  { status: 200, html: true },
])('a proxy that answers %o decides nothing', async (fault) => {
  const { recorder, server } = await started();
  server.faults.push(fault);
  await recorder.record(event('e-0'));
  expect(server.ids()).toEqual(['e-0']);
});

test('a token that is refused holds events until it is exchanged; nothing is lost', async () => {
  let token = 'cst_old';
  const { recorder, server, problems } = await started({ token: () => token, confirmTimeoutMs: 100 });
  await expect(recorder.record(event('e-0'))).rejects.toMatchObject({ code: 'unconfirmed' });
  expect(recorder.status()).toMatchObject({ state: 'refused', lastError: { status: 401 } });
  expect(problems[0]).toMatchObject({ kind: 'unreachable', error: { code: 'unauthenticated' } });
  token = 'cst_good';
  await vi.waitFor(() => expect(server.ids()).toEqual(['e-0']));
});

test('one event that spoils its batch is refused alone', async () => {
  const { recorder, server } = await started();
  const drafts = many(20).map((one, index) => (index === 13 ? { ...one, type: 'poison.batch' } : one));
  const answers = await Promise.allSettled(drafts.map((one) => recorder.record(one)));
  expect(answers.flatMap(({ status }, index) => (status === 'rejected' ? [index] : []))).toEqual([13]);
  expect((answers[13] as PromiseRejectedResult).reason).toMatchObject({ code: 'event_rejected' });
  expect(server.ids()).toEqual(idsOf(many(20)).filter((id) => id !== 'e-13'));
});

test('batches stay below what servers take, and are halved where that is less', async () => {
  const large = (index: number): AuditEventDraft =>
    event(`l-${index}`, { details: { text: 'x'.repeat(40_000) } });
  const { recorder, server } = await started({}, { maxBytes: 200_000 });
  await Promise.all(Array.from({ length: 50 }, (_, index) => recorder.record(large(index))));
  expect(server.ids()).toEqual(Array.from({ length: 50 }, (_, index) => `l-${index}`));
  expect(Math.max(...server.batches.map(({ size }) => size))).toBeLessThanOrEqual(4);
});

test('a full recorder refuses by name and keeps what it has; then it takes again', async () => {
  const { recorder, server, problems } = await started({ batchSize: 10, maxPending: 20 });
  const release = server.hold();
  const taken = await Promise.allSettled(many(25).map((one) => recorder.enqueue(one)));
  const refused = taken.flatMap((one) => (one.status === 'rejected' ? [one.reason as AuditRecordError] : []));
  expect(refused.map(({ code }) => code)).toEqual(Array.from({ length: 5 }, () => 'recorder_full'));
  expect(problems.map(({ kind, events }) => [kind, events[0]?.id])).toEqual(
    [20, 21, 22, 23, 24].map((number) => ['not-taken', `e-${number}`]),
  );
  release();
  await recorder.flush();
  await recorder.enqueue(event('later'));
  await recorder.flush();
  expect(server.ids()).toEqual([...idsOf(many(20)), 'later']);
  expect(recorder.status().counters).toMatchObject({ recorded: 21, notTaken: 5, lost: 0 });
});

test('record gives up in time, says that the event is held, and it arrives all the same', async () => {
  const { recorder, server } = await started({ confirmTimeoutMs: 100 });
  const release = server.hold();
  await expect(recorder.record(event('slow'))).rejects.toMatchObject({ code: 'unconfirmed' });
  const signal = AbortSignal.abort(new Error('the caller left'));
  await expect(recorder.record(event('left'), { signal })).rejects.toMatchObject({
    code: 'unconfirmed',
    cause: signal.reason,
  });
  await expect(recorder.flush({ timeoutMs: 50 })).rejects.toMatchObject({ code: 'unconfirmed' });
  release();
  await recorder.flush();
  expect(server.ids()).toEqual(['slow', 'left']);
});

test('close sends what waits; what it cannot send is counted and handed over', async () => {
  const { recorder, server, problems } = await started();
  for (const one of many(7)) await recorder.enqueue(one);
  expect(await recorder.close()).toEqual({ kept: 0, lost: 0 });
  expect(server.ids()).toEqual(idsOf(many(7)));
  await expect(recorder.enqueue(event('late'))).rejects.toMatchObject({ code: 'recorder_closed' });

  const other = await started();
  other.server.hold();
  const waiting = other.recorder.record(event('e-0')).catch((error: unknown) => error);
  await other.recorder.enqueue(event('e-1'));
  expect(await other.recorder.close({ timeoutMs: 50 })).toEqual({ kept: 0, lost: 2 });
  expect(await waiting).toMatchObject({ code: 'recorder_closed' });
  expect(other.problems.map(({ kind, events }) => [kind, events.map(({ id }) => id)])).toEqual([
    ['lost', ['e-0', 'e-1']],
  ]);
  expect(other.recorder.status()).toMatchObject({ state: 'closed', counters: { lost: 2 } });
  expect(problems.map(({ kind }) => kind)).toEqual(['not-taken']);
});

test('the client records one event in one request, and makes recorders', async () => {
  const server = await auditServer();
  const custos = createClient({ baseUrl: server.url, token: 'cst_good' });
  const recorder = custos.audit.recorder({ batchSize: 10 });
  open.push(server, recorder);
  expect(await custos.audit.record(event('alone'))).toMatchObject({ id: 'alone', index: 0 });
  expect(await recorder.record(event('batched'))).toMatchObject({ id: 'batched', index: 1 });
  await expect(custos.audit.record(event('bad', { type: 'unknown.type' }))).rejects.toMatchObject({
    code: 'event_rejected',
    fields: [{ field: 'type' }],
  });
  server.faults.push({ status: 503 });
  await expect(custos.audit.record(event('away'))).rejects.toMatchObject({ name: 'ApiError', status: 503 });
  server.faults.push('cut-before-storing');
  await expect(custos.audit.record(event('cut'))).rejects.toMatchObject({ code: 'unreachable' });
  expect(server.ids()).toEqual(['alone', 'batched']);
});
