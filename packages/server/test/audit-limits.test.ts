import type { Client } from '@custos/client';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { postEvents, sendEvents, tokenFor } from './audit-ledger.ts';
import { discard, eventually, serve, setUp, type Served } from './serve.ts';

const actor = { type: 'user', id: 'usr_1' };
const act = (details: unknown = {}) => ({ type: 'application.act', outcome: 'succeeded', actor, details });
const login = { type: 'authentication.login', outcome: 'denied', actor, details: { method: 'password' } };
const payout = {
  type: 'transaction.record',
  outcome: 'succeeded',
  actor,
  details: { transactionId: 'tx', kind: 'payout', amount: '1.00', currency: 'EUR' },
};

/** The door of the audit log on the real program, as it comes: 100 events a second, 200 at once. */
describe('the limits of the audit log', () => {
  let custos: Served;
  let client: Client;
  const from = Date.now() - 60_000;
  beforeAll(async () => {
    custos = await serve({ config: { columns: { enabled: false } } });
    client = await setUp(custos);
  }, 60_000);
  afterAll(() => discard(custos));

  const source = async (name: string) => {
    const token = await tokenFor(client, name, ['audit.write']);
    return (events: readonly unknown[]) => sendEvents(custos.url, events, { token });
  };
  const count = async (filter: { source: string; type: string }) =>
    (await client.audit.list({ ...filter, limit: 200 })).items;

  test('I14: an ordinary source has a burst of 200 and then 100 a second, and what is dropped is counted in an event', async () => {
    const send = await source('flood');
    const started = performance.now();
    const first = await send(Array.from({ length: 1000 }, (_, number) => act({ number })));
    const seconds = (performance.now() - started) / 1000;
    const accepted = first.filter(({ status }) => status === 'accepted').length;
    // The bucket was full when the batch came, and is asked at once for all of it.
    expect(accepted).toBe(200);
    expect(first.slice(200)).toEqual(
      first.slice(200).map(() => ({ status: 'dropped', code: 'rate_limited' })),
    );
    const second = await send(Array.from({ length: 1000 }, (_, number) => act({ number })));
    const since = (performance.now() - started) / 1000;
    const more = second.filter(({ status }) => status === 'accepted').length;
    expect(more).toBeLessThanOrEqual(Math.ceil(since * 100));
    expect(seconds).toBeLessThan(10);
    const dropped = 2000 - accepted - more;

    const told = await eventually(
      async () => {
        // Its token has the same name, and another id.
        const { items } = await client.audit.list({ type: 'intake.rate-limited', actor: 'flood' });
        const sum = items.reduce((all, { details }) => all + Number(details['dropped']), 0);
        return sum >= dropped && { sum, log: items[0]?.place.log };
      },
      { what: 'the event about what was dropped', everyMs: 500 },
    );
    expect(told).toEqual({ sum: dropped, log: 'security' });
    const kept = await client.audit.top({
      source: 'flood',
      type: 'application.act',
      field: 'source',
      from,
      to: Date.now(),
    });
    expect(kept.values).toEqual([{ value: 'flood', count: accepted + more }]);
  });

  test('I14: security and financial events beyond the limit are slowed to it and all kept', async () => {
    const send = await source('bank');
    const batch = [...Array.from({ length: 200 }, () => act()), ...Array.from({ length: 150 }, () => login)];
    const started = performance.now();
    const results = await send([...batch, ...Array.from({ length: 150 }, () => payout), act()]);
    const seconds = (performance.now() - started) / 1000;
    expect(results.slice(0, 500).filter(({ status }) => status !== 'accepted')).toEqual([]);
    expect(results[500]).toMatchObject({ status: 'dropped' });
    // 300 on credit at 100 a second.
    expect(seconds).toBeGreaterThan(2.9);
    expect(await count({ source: 'bank', type: 'authentication.login' })).toHaveLength(150);
    expect(await count({ source: 'bank', type: 'transaction.record' })).toHaveLength(150);
  });

  test('I14: one source that floods slows nobody else', async () => {
    const [loud, quiet] = [await source('loud'), await source('quiet')];
    const flood = loud(Array.from({ length: 400 }, () => login));
    const started = performance.now();
    expect(await quiet([login])).toMatchObject([{ status: 'accepted' }]);
    const quietMs = performance.now() - started;
    await flood;
    expect(quietMs).toBeLessThan((performance.now() - started) / 2);
  });

  test('I18: details of 51,200 bytes are kept and of one more refused, counted in UTF-8 as they are written', async () => {
    const send = await source('wide');
    /** Details of exactly so many bytes of canonical JSON. */
    const details = (bytes: number, character: string) => {
      const own = Buffer.byteLength(JSON.stringify(character)) - 2;
      const room = bytes - Buffer.byteLength('{"text":""}');
      return { text: character.repeat(Math.floor(room / own)) + 'x'.repeat(room % own) };
    };
    for (const character of ['x', 'é', '漢', '🦤', '"', '\n', '\u0001']) {
      const [fits, over] = await send([act(details(51_200, character)), act(details(51_201, character))]);
      expect(fits, JSON.stringify(character)).toMatchObject({ status: 'accepted' });
      expect(over, JSON.stringify(character)).toMatchObject({
        status: 'rejected',
        code: 'invalid_input',
        errors: [{ field: 'details', message: expect.stringMatching(/51,?200/) }],
      });
    }
    // What is kept is what was sent, to the byte.
    const [result] = await send([act(details(51_200, '漢'))]);
    if (result?.status !== 'accepted') throw new Error('not accepted');
    const { proof } = await eventually(() => client.audit.get(result.id).catch(() => undefined));
    expect(Buffer.from(proof.leaf ?? '', 'base64').includes(JSON.stringify(details(51_200, '漢').text))).toBe(
      true,
    );
  });

  test('I18: an event that every limit lets through is a leaf of at most 65,535 bytes', async () => {
    const send = await source('s'.repeat(80));
    // Every text of the envelope as long as it may be, of characters of 4 bytes where they are allowed.
    const long = (length: number) => '🦤'.repeat(length / 2);
    const party = { type: 'p'.repeat(64), id: long(200), name: long(200) };
    const widest = {
      id: 'i'.repeat(64),
      type: 'application.act',
      action: `${'a'.repeat(49)}.${'b'.repeat(50)}`,
      outcome: 'succeeded',
      severity: 'critical',
      actor: party,
      target: party,
      tenant: long(100),
      traceId: long(100),
      requestId: long(100),
      address: long(100),
      details: { text: 'x'.repeat(51_200 - '{"text":""}'.length) },
    };
    const [result] = await send([widest]);
    expect(result).toMatchObject({ status: 'accepted' });
    const { proof } = await eventually(() => client.audit.get(widest.id).catch(() => undefined));
    expect(Buffer.from(proof.leaf ?? '', 'base64').length).toBeLessThanOrEqual(65_535);
    expect(Buffer.from(proof.leaf ?? '', 'base64').length).toBeGreaterThan(51_200);
  });

  test('I18: a body that is too large, no JSON, of another kind or of too many events is refused as a whole', async () => {
    const token = await tokenFor(client, 'clumsy', ['audit.write']);
    const answers: (readonly [number, string])[] = [];
    for (const body of [
      `[${JSON.stringify(act({ text: 'x'.repeat(1_100_000) }))}]`,
      '[{"type":',
      '"text"',
      '[]',
      JSON.stringify(Array.from({ length: 1001 }, () => act())),
      JSON.stringify(act({ deep: JSON.parse('['.repeat(40) + ']'.repeat(40)) as unknown })),
    ]) {
      const answer = await postEvents(custos.url, body, { token });
      const told = (await answer.json()) as { code?: string; results?: { status: string }[] };
      answers.push([answer.status, told.code ?? told.results?.[0]?.status ?? '']);
    }
    expect(answers).toEqual([
      [413, 'payload_too_large'],
      [400, 'malformed_request'],
      [422, 'invalid_input'],
      [422, 'invalid_input'],
      [422, 'invalid_input'],
      [200, 'rejected'],
    ]);
    expect(await count({ source: 'clumsy', type: 'application.act' })).toEqual([]);
    // The attempts are on record as security events of their source, without what was sent.
    const groups = await eventually(
      async () => {
        const { groups: all } = await client.audit.securityGroups({ from, to: Date.now() });
        return all.find((group) => group.source === 'clumsy');
      },
      { what: 'the security events of the source' },
    );
    expect(groups.occurrences).toBeGreaterThanOrEqual(5);
  });

  test('I20: whatever shows the audit log is on record before it is shown', async () => {
    const reader = await tokenFor(client, 'reader', ['audit.read', 'pii.read']);
    const { items } = await client.audit.list({ type: 'application.act', limit: 1 });
    const id = items[0]?.id ?? '';
    const paths = [
      '/api/v1/audit/events?limit=1',
      `/api/v1/audit/events/${id}`,
      '/api/v1/audit/export?format=ndjson&source=wide',
    ];
    for (const path of paths) {
      const answer = await fetch(custos.url + path, { headers: { authorization: `Bearer ${reader}` } });
      expect([path, answer.status]).toEqual([path, 200]);
      await answer.text();
    }
    const tokens = (await client.tokens.list({ limit: 100 })).items;
    const actor = tokens.find(({ name }) => name === 'reader')?.id;
    const { items: records } = await client.audit.list({ actor, limit: 50 });
    expect(records.map(({ action, outcome }) => `${action} ${outcome}`).toReversed()).toEqual([
      'audit.read succeeded',
      'audit.read succeeded',
      // An export takes two persons where there are two; that there is one only is on record too.
      'approval.waive succeeded',
      'audit.export succeeded',
    ]);
  });
});
