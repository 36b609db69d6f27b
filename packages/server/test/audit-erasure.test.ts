import { spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ApiError, type Client } from '@custos/client';
import { verifyBundle, verifyReceipt } from '@custos/client/ledger';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { postEvents, sendEvents, tokenFor, unlimited } from './audit-ledger.ts';
import { canariesBelow, canariesIn, filesBelow } from './canaries.ts';
import { startReceiver, type Receiver } from './receivers.ts';
import {
  browserFetch,
  discard,
  eventually,
  serve,
  setUp,
  signIn,
  type Served,
  type ServeOptions,
} from './serve.ts';

const hasPython = spawnSync('python3', ['--version']).status === 0;

/** Stands in every text of the person who will be erased, and nowhere else. */
const mark = `Q${randomBytes(8).toString('hex')}Q`;
const canaries: string[] = [];
/** What a sensitive field holds; no two are the same. */
function canary(of: string): string {
  const text = `${of}-${mark}-${canaries.length}`;
  canaries.push(text);
  return text;
}

const person = { type: 'customer', id: 'cus_4711' };
const other = { type: 'customer', id: 'cus_2' };
/** Taken for a name, since it is an e-mail address. */
const mailPerson = { type: 'customer', id: `${canary('mail')}@example.com` };
/** Readable on purpose: the search for canaries has to find it, or it would find nothing anywhere. */
const control = `control-${randomBytes(8).toString('hex')}`;

/** Details that each type with sensitive fields asks for; those fields themselves are filled with canaries. */
const details: Readonly<Record<string, Record<string, unknown>>> = {
  'authentication.login': { method: 'password' },
  'session.start': { sessionId: 'ses_1' },
  'session.end': { sessionId: 'ses_1' },
  'session.revoke': { sessionId: 'ses_1' },
  'data.access': { resource: 'orders', recordCount: 1 },
  'transaction.record': { transactionId: 'tx_1', kind: 'payout', amount: '1.00', currency: 'EUR' },
  'user.status-change': { after: 'closed' },
  'data.export': { resource: 'orders', format: 'csv', recordCount: 1 },
  'kyc.check': { country: 'PT' },
  'application.act': { control },
};

/** Everything that writes or sends: the index, the log at its most talkative, a destination outside. */
const configured = (url: string): ServeOptions => ({
  environment: { HOOK_SECRET: 'a-secret-of-the-receiver-0123456789' },
  config: {
    log: { level: 'debug' },
    audit: {
      settings: unlimited,
      types: [
        {
          type: 'kyc.check',
          title: 'Identity checked',
          retention: 'financial',
          fields: {
            country: { kind: 'text', required: true },
            passport: { kind: 'text', sensitive: 'actor' },
            family: { kind: 'json', sensitive: 'target' },
          },
        },
      ],
      egress: [{ kind: 'webhook', name: 'siem', url, secret: { env: 'HOOK_SECRET' } }],
    },
  },
});

describe('the erasure of a person', () => {
  let receiver: Receiver;
  let custos: Served;
  let client: Client;
  let token: string;
  const work = mkdtempSync(join(tmpdir(), 'custos-erasure-'));
  /** What was handed out before: leaf and receipt of every event. */
  const handedOut: { id: string; leaf: Buffer; receipt: string }[] = [];
  let otherId = '';
  let policy = '';

  const send = (events: readonly unknown[], key?: string) =>
    sendEvents(custos.url, events, { token, ...(key === undefined ? {} : { key }) });
  const dataDirectory = () => join(custos.directory, 'data');
  /** Everything that the installation has written or sent anywhere. */
  const everywhere = () => [
    ...canariesBelow(custos.directory, [mark]),
    ...canariesIn('log lines', Buffer.from(custos.output()), [mark]),
    ...canariesIn('sent', Buffer.from(receiver.received.map(({ body }) => body).join('\n')), [mark]),
  ];
  const unzipped = (name: string, zip: ArrayBuffer): string => {
    const file = join(work, `${name}.zip`);
    writeFileSync(file, Buffer.from(zip));
    const into = join(work, name);
    const made = spawnSync('python3', ['-m', 'zipfile', '-e', file, into]);
    expect(made.status).toBe(0);
    return into;
  };
  const verifiedByPython = (folder: string) =>
    spawnSync('python3', ['verify.py', 'bundle.json'], { cwd: folder, encoding: 'utf8' });

  beforeAll(async () => {
    receiver = await startReceiver();
    custos = await serve(configured(receiver.url));
    client = await setUp(custos);
    token = await tokenFor(client, 'shop', ['audit.write']);
    policy = (await client.audit.ledger.status()).policy;
  }, 60_000);
  afterAll(async () => {
    await discard(custos);
    await receiver.close();
    rmSync(work, { recursive: true, force: true });
  });

  test('I15: what is sensitive is in no file and no log line, whichever way it came', async () => {
    const { types } = await client.audit.types();
    const sealing = types.filter(({ type }) => details[type] !== undefined);
    // A type of the catalogue that seals something and is not here would go untested.
    const common = new Set(['address', 'actor.name', 'target.name']);
    const missing = types.filter(
      ({ type, sensitiveFields }) =>
        sensitiveFields.some((field) => !common.has(field)) && details[type] === undefined,
    );
    expect(missing.map(({ type }) => type)).toEqual([]);
    expect(sealing).toHaveLength(Object.keys(details).length);

    const events = sealing.map(({ type, sensitiveFields }) => {
      const own = sensitiveFields
        .filter((field) => field.startsWith('details.'))
        .map((field) => field.slice(8));
      return {
        type,
        outcome: 'denied',
        actor: { ...person, name: canary('actor-name') },
        target: { ...person, name: canary('target-name') },
        address: canary('address'),
        details: {
          ...details[type],
          ...Object.fromEntries(
            own.map((field) => [field, field === 'family' ? { children: [canary('child')] } : canary(field)]),
          ),
        },
      };
    });
    const byMail = { type: 'application.act', outcome: 'succeeded', actor: mailPerson };
    const results = [...(await send(events, 'first')), ...(await send([byMail]))];
    expect(results.map(({ status }) => status)).toEqual(results.map(() => 'accepted'));
    const [kept] = await send([
      {
        type: 'authentication.login',
        outcome: 'succeeded',
        actor: { ...other, name: 'Grace Hopper' },
        details: { method: 'password' },
      },
    ]);
    if (kept?.status !== 'accepted') throw new Error('not accepted');
    otherId = kept.id;

    // What is refused, looked for, revealed, exported and tried at the sign-in.
    const refused = await postEvents(
      custos.url,
      [
        { ...byMail, [canary('field')]: 1 },
        { ...byMail, type: canary('type') },
        { ...byMail, outcome: canary('outcome') },
      ],
      { token },
    );
    expect(refused.status).toBe(200);
    await postEvents(custos.url, `[{"type": "${canary('broken')}"`, { token });
    const [first = ''] = canaries;
    for (const text of [first, ...canaries.slice(-6), canary('searched')]) {
      expect((await client.audit.list({ text })).items).toEqual([]);
    }
    await client.audit.list({ party: canary('party'), detail: [`a=${canary('detail')}`] });
    const revealed = results[0]?.status === 'accepted' ? results[0].id : '';
    const value = await client.audit.reveal(revealed, { field: 'actor.name', reason: 'a complaint' });
    expect(canaries).toContain(value.value);
    await (await client.audit.export({ format: 'csv', text: canary('exported') })).text();
    const stranger = `${canary('login')}@example.com`;
    for (const email of [stranger, mailPerson.id]) {
      await fetch(`${custos.url}/api/v1/session`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', origin: custos.url, 'user-agent': canary('agent') },
        body: JSON.stringify({ email, password: canary('password') }),
      });
    }
    await browserFetch()(`${custos.url}/api/v1/audit/events/${canary('path')}?q=${canary('query')}`);

    for (const result of results) {
      if (result.status !== 'accepted') continue;
      const { proof } = await eventually(async () => {
        const detail = await client.audit.get(result.id);
        return detail.proof.receipt !== null && detail;
      });
      handedOut.push({
        id: result.id,
        leaf: Buffer.from(proof.leaf ?? '', 'base64'),
        receipt: proof.receipt ?? '',
      });
    }
    // Rows and what goes to others are written too.
    await eventually(
      async () => {
        const { index } = await client.audit.ledger.status();
        const sent = receiver.received.some(({ body }) => body.includes(control));
        return sent && index.logs.every(({ behind }) => behind === 0);
      },
      { what: 'the index and the export', timeoutMs: 30_000 },
    );
    const files = filesBelow(custos.directory).map(({ name }) => name);
    for (const kind of ['state.sqlite', '.segment', 'tile/entries', '/columns/']) {
      expect(
        files.some((file) => file.includes(kind)),
        kind,
      ).toBe(true);
    }
    expect(canariesBelow(dataDirectory(), [control]).length).toBeGreaterThan(0);
    expect(everywhere()).toEqual([]);
  }, 90_000);

  test('I11: after an erasure keys and values are gone from every file, and what was handed out still verifies', async () => {
    /** Keys and values as State holds them: sealed, so that only their own bytes can tell that they are gone. */
    const sealedRows = (): string[] => {
      const database = new DatabaseSync(join(dataDirectory(), 'state.sqlite'), { readOnly: true });
      const subjects = database
        .prepare(
          'select distinct s.sealed_key, s.sealed_subject from audit_subject s join audit_vault_field f on f.subject_id = s.id where f.event_id <> ? and f.event_id in (select value from json_each(?))',
        )
        .all(otherId, JSON.stringify(handedOut.map(({ id }) => id)));
      const fields = database
        .prepare('select sealed from audit_vault_field where event_id in (select value from json_each(?))')
        .all(JSON.stringify(handedOut.map(({ id }) => id)));
      database.close();
      return [...subjects, ...fields].flatMap((row) => Object.values(row) as string[]);
    };
    const before = sealedRows();
    expect(before.length).toBeGreaterThan(20);
    /** Which of them are in the files of State, the write-ahead log among them. */
    const onDisk = () => {
      const files = filesBelow(dataDirectory()).filter(({ name }) => name.includes('state.sqlite'));
      return before.filter((text) => files.some(({ bytes }) => bytes.includes(text)));
    };
    expect(onDisk()).toEqual(before);

    const [report, byMail] = [
      await client.audit.erase({ subject: person, reason: 'asked for by the person' }),
      await client.audit.erase({ subject: mailPerson, reason: 'asked for by the person' }),
    ];
    expect(report).toMatchObject({ keyDestroyed: true, events: handedOut.length - 1, traces: 'none' });
    expect(byMail).toMatchObject({ keyDestroyed: true, fields: 1, events: 1 });

    expect(sealedRows()).toEqual([]);
    expect(onDisk()).toEqual([]);
    expect(everywhere()).toEqual([]);
    for (const { id, leaf, receipt } of handedOut) {
      expect(await verifyReceipt({ receipt, leaf, policy })).toMatchObject({ verified: true });
      const detail = await client.audit.get(id);
      expect([detail.proof.leaf, detail.sealedFields]).toEqual([leaf.toString('base64'), []]);
    }
    const [first] = handedOut;
    await expect(
      client.audit.reveal(first?.id ?? '', { field: 'address', reason: 'too late' }),
    ).rejects.toMatchObject({
      status: 404,
    });
    // Nobody else lost anything.
    expect((await client.audit.reveal(otherId, { field: 'actor.name', reason: 'a check' })).value).toBe(
      'Grace Hopper',
    );

    const { items } = await client.audit.list({ type: 'data.erasure' });
    expect(items.map(({ details: { subjectRef } }) => typeof subjectRef)).toEqual(['string', 'string']);
    expect(JSON.stringify(items)).not.toContain(person.id);
    await expect(
      client.audit.erase({ subject: person, reason: `${person.id} asked for it` }),
    ).rejects.toBeInstanceOf(ApiError);
  }, 60_000);

  test.skipIf(!hasPython)(
    'I12: evidence made after the erasure verifies in Python, with the fields that remain and none of the others (skipped without python3)',
    async () => {
      const eventIds = [otherId, ...handedOut.slice(0, 3).map(({ id }) => id)];
      const ask = { eventIds, reason: 'for the court' };
      const open = unzipped(
        'open',
        await (await client.audit.evidence({ ...ask, fields: ['actor.name', 'address'] })).arrayBuffer(),
      );
      const closed = unzipped(
        'closed',
        await (await client.audit.evidence({ ...ask, fields: [] })).arrayBuffer(),
      );
      for (const folder of [open, closed]) {
        const { status, stdout, stderr } = verifiedByPython(folder);
        expect([status, stderr]).toEqual([0, '']);
        expect(stdout).toContain('4');
      }
      const named = (folder: string) => canariesBelow(folder, ['Grace Hopper']).length > 0;
      expect([named(open), named(closed)]).toEqual([true, false]);
      expect(canariesBelow(work, [mark])).toEqual([]);

      // One altered byte of a disclosed value, and of a leaf, is told.
      const file = join(open, 'bundle.json');
      const bundle = readFileSync(file, 'utf8');
      expect((await verifyBundle(bundle, { policy })).status).toBe('verified');
      const parsed = JSON.parse(bundle) as unknown;
      const altered = alterFirst(parsed, 'disclosures');
      writeFileSync(file, JSON.stringify(altered));
      expect(verifiedByPython(open).status).toBe(1);
      expect((await verifyBundle(JSON.stringify(altered), { policy })).status).not.toBe('verified');
    },
    60_000,
  );

  test('I11: nothing is left or comes back when it ends and starts again', async () => {
    const { directory, port } = custos;
    expect(await custos.stop()).toBe(0);
    expect(everywhere()).toEqual([]);
    custos = await serve({ directory, port, ...configured(receiver.url) });
    client = await signIn(custos);
    const [first] = handedOut;
    expect((await client.audit.get(first?.id ?? '')).sealedFields).toEqual([]);
    expect(everywhere()).toEqual([]);
  }, 60_000);
});

/** The same value with another first character in the first disclosure that is found. */
function alterFirst(value: unknown, key: string): unknown {
  let isDone = false;
  const change = (at: unknown): unknown => {
    if (Array.isArray(at)) return at.map(change);
    if (typeof at !== 'object' || at === null) return at;
    return Object.fromEntries(
      Object.entries(at).map(([name, inner]) => {
        if (name !== key || isDone || !Array.isArray(inner) || typeof inner[0] !== 'string') {
          return [name, change(inner)];
        }
        isDone = true;
        const [text] = inner;
        const middle = Math.floor(text.length / 2);
        const next = text[middle] === 'A' ? 'B' : 'A';
        return [
          name,
          [text.slice(0, middle) + next + text.slice(middle + 1), ...(inner.slice(1) as unknown[])],
        ];
      }),
    );
  };
  return change(value);
}
