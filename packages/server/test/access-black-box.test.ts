import { createHmac, generateKeyPairSync, sign } from 'node:crypto';
import { rmSync } from 'node:fs';
import { request } from 'node:http';
import { setTimeout } from 'node:timers/promises';
import { Secret, TOTP } from 'otpauth';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createAuthenticator } from '../src/access/factors/authenticator-fixture.ts';
import { goodPassword, install, type Body, type Browser, type Installation } from './access-people.ts';
import { canariesBelow, canariesIn } from './canaries.ts';
import { administrator, eventually } from './serve.ts';
import { startPostgres, type PostgresServer } from './stores.ts';

/**
 * What an attacker and an auditor would try from outside, over HTTP against a running Custos; each test is
 * named after the items of OWASP ASVS 5.0 that it shows. What needs a clock that can be set, or a mail box,
 * is shown beside the code; `docs/security/asvs.md` says where.
 */

let custos: Installation;
/** Ends it and removes what it wrote; undefined when it did not start. */
async function remove(one: Installation | undefined): Promise<void> {
  await one?.close();
  if (one !== undefined) rmSync(one.served.directory, { recursive: true, force: true });
}
const wrong = 'not the password of anybody';

const codeOf = (secret: unknown, stepsAhead = 0): string =>
  new TOTP({ secret: Secret.fromBase32(String(secret)) }).generate({
    timestamp: Date.now() + stepsAhead * 30_000,
  });

/** Gives somebody an authenticator; its seed and the recovery codes. */
async function enrol(person: Browser): Promise<{ seed: string; codes: string[] }> {
  const { answer } = await person.post('/api/v1/factors/totp');
  const seed = String(answer['secret']);
  // The code of the step before, so that the present one is still unused.
  const confirmed = await person.post('/api/v1/factors/totp/confirm', { code: codeOf(seed, -1) });
  expect(confirmed.status).toBe(200);
  return { seed, codes: confirmed.answer['recoveryCodes'] as string[] };
}

/** The right password; what is left is the second factor. */
async function halfWay(email: string, address?: string) {
  const browser = custos.browser(address);
  const { status, answer } = await browser.signIn(email);
  expect(status).toBe(202);
  return (proof: Body) =>
    browser.call('POST', '/api/v1/session/second-factor', { body: { ticket: answer['ticket'], proof } });
}

/** Opens a live stream; what it gives resolves when the server ends it. */
function openStream(cookie: string): Promise<{ readonly ended: Promise<'ended'> }> {
  return new Promise((resolve, reject) => {
    const asked = request(`${custos.served.url}/api/v1/stream`, { headers: { cookie } }, (reply) => {
      if (reply.statusCode !== 200) reject(new Error(`the stream was answered ${reply.statusCode}`));
      reply.resume();
      resolve({ ended: new Promise((end) => void reply.once('close', () => end('ended'))) });
    });
    asked.once('error', reject);
    asked.end();
  });
}

const isIn = async (browser: Browser): Promise<boolean> =>
  (await browser.get('/api/v1/session')).status === 200;

/** Everything that must hold on either store. */
function onAnyStore(): void {
  test('6.1.1, 6.3.1: guesses from many addresses lock the account for strangers, never for its owner', async () => {
    const vic = await custos.person('vic@example.com', 'viewer', '127.0.1.1');
    const origin = `http://localhost:${custos.served.port}`;
    const key = createAuthenticator({ id: 'localhost', origin });
    const step = (await vic.post('/api/v1/factors/passkeys/options')).answer as {
      ticket: string;
      options: Body;
    };
    const added = await vic.post('/api/v1/factors/passkeys', {
      ticket: step.ticket,
      name: 'Laptop',
      response: key.create(step.options),
    });
    expect(added.status).toBe(201);

    const guess = async (number: number, password: string) =>
      custos.browser(`127.0.1.${10 + number}`).call('POST', '/api/v1/session', {
        body: { email: 'vic@example.com', password },
        headers: { 'x-forwarded-for': `203.0.113.${number}` },
      });
    for (let number = 0; number < 5; number += 1) expect((await guess(number, wrong)).status).toBe(401);
    expect((await guess(5, goodPassword)).status).toBe(401);

    const stranger = custos.browser('127.0.1.30');
    const begun = (await stranger.post('/api/v1/session/passkey/options')).answer as {
      ticket: string;
      options: Body;
    };
    const passed = await stranger.post('/api/v1/session/passkey', {
      ticket: begun.ticket,
      response: key.get(begun.options),
    });
    expect(passed.status).toBe(200);
    // The browser in which they have been before; with a passkey, their password is the first of two steps.
    vic.jar.delete('__Host-custos');
    expect((await vic.signIn('vic@example.com')).status).toBe(202);
  });

  test('6.5.1: a code of an authenticator, and a recovery code, let one in, however many come at once', async () => {
    const tom = await custos.person('tom@example.com', 'viewer', '127.0.2.1');
    const { seed, codes } = await enrol(tom);
    // One after the other: what is under way counts as a guess until it turns out to be right.
    const tries: Awaited<ReturnType<typeof halfWay>>[] = [];
    for (let at = 0; at < 4; at += 1) tries.push(await halfWay('tom@example.com', '127.0.2.2'));
    const code = codeOf(seed);
    const answers = await Promise.all(tries.map((present) => present({ kind: 'totp', code })));
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
    const again = await halfWay('tom@example.com', '127.0.2.3');
    expect((await again({ kind: 'totp', code })).status).toBe(401);

    const [recovery] = codes;
    const two = [
      await halfWay('tom@example.com', '127.0.2.4'),
      await halfWay('tom@example.com', '127.0.2.5'),
    ];
    const used = await Promise.all(two.map((present) => present({ kind: 'recovery-code', code: recovery })));
    expect(used.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([200, 401]);
  });

  test('7.1.2: one session more than the limit ends the oldest, also when all begin at once', async () => {
    await custos.add('sam@example.com', 'viewer');
    const first: Browser[] = [];
    for (const at of [1, 2, 3, 4]) {
      const browser = custos.browser(`127.0.3.${at}`);
      expect((await browser.signIn('sam@example.com')).status).toBe(200);
      first.push(browser);
    }
    expect(await Promise.all(first.map(isIn))).toEqual([false, true, true, true]);

    const crowd = Array.from({ length: 12 }, (_, at) => custos.browser(`127.0.3.${20 + at}`));
    await Promise.all(crowd.map((browser) => browser.signIn('sam@example.com')));
    const left = await Promise.all([...first, ...crowd].map(isIn));
    expect(left.filter(Boolean)).toHaveLength(3);
  });

  test('7.4.1, 7.4.2, 7.4.3, 8.3.2: what ends a session ends it at once, and the tokens made from it', async () => {
    const ada = await custos.administrator('127.0.4.1');
    const elsewhere = async (email: string): Promise<Browser> => {
      const other = custos.browser('127.0.4.3');
      await other.signIn(email);
      return other;
    };
    const host = (await custos.host()).access.operator;
    const ends: Record<string, (person: Browser, id: string, email: string) => Promise<unknown>> = {
      logout: (person) => person.call('DELETE', '/api/v1/session'),
      disable: (_person, id) => ada.call('PATCH', `/api/v1/users/${id}`, { body: { disabled: true } }),
      role: (_person, id) => ada.call('PATCH', `/api/v1/users/${id}`, { body: { role: 'analyst' } }),
      administrator: (_person, id) => ada.call('DELETE', `/api/v1/users/${id}/sessions`),
      password: (person) =>
        person.post('/api/v1/session/password', {
          current: goodPassword,
          password: 'another lantern velvet tram',
        }),
      'own factor, in another browser': async (_person, _id, email) => enrol(await elsewhere(email)),
      'own list of sessions, in another browser': async (_person, _id, email) =>
        (await elsewhere(email)).call('DELETE', '/api/v1/sessions'),
      'factors reset by an administrator': (_person, id) => ada.call('DELETE', `/api/v1/users/${id}/factors`),
      'disabled on the host': (_person, _id, email) => host.setDisabled(email, true),
      'factors reset on the host': (_person, _id, email) => host.resetFactors(email),
    };
    const streams: [name: string, ended: Promise<unknown>][] = [];
    for (const [at, [name, end]] of Object.entries(ends).entries()) {
      const email = `end-${at}@example.com`;
      const id = await custos.add(email, 'viewer');
      const person = custos.browser('127.0.4.2');
      await person.signIn(email);
      const old = { cookie: person.cookie() };
      const jwt = String((await person.post('/api/v1/session/jwt')).answer['token']);
      const look = () =>
        Promise.all([
          custos.browser().call('GET', '/api/v1/overview', { headers: old }),
          custos.program(jwt).get('/api/v1/overview'),
        ]);
      expect(
        (await look()).map(({ status }) => status),
        name,
      ).toEqual([200, 200]);
      streams.push([name, (await openStream(old.cookie)).ended]);
      await end(person, id, email);
      expect(
        (await look()).map(({ status }) => status),
        name,
      ).toEqual([401, 401]);
    }
    // What is open ends too: at once, or within 15 seconds when it was done in another process.
    for (const [name, ended] of streams) {
      const within = setTimeout(20_000, 'is still open', { ref: false });
      expect(await Promise.race([ended, within]), name).toBe('ended');
    }
  });

  test('2.3.5: data leaves in bulk once a second person has approved that very export, and then once', async () => {
    const rae = await custos.person('rita@example.com', 'auditor', '127.0.5.12');
    const [found] = await custos.recorded('action=user.create');
    const ada = await custos.administrator('127.0.5.11');
    const evidence = { eventIds: [String(found?.['id'])], reason: 'case 12' };
    for (const [method, path, body] of [
      ['GET', '/api/v1/audit/export?format=csv&action=user.create', undefined],
      ['POST', '/api/v1/audit/evidence', evidence],
    ] as const) {
      const call = () => rae.call(method, path, body === undefined ? {} : { body });
      const asked = await call();
      expect(asked, path).toMatchObject({ status: 202, answer: { approval: { kind: 'bulk-export' } } });
      const { id } = asked.answer['approval'] as { id: string };
      // Not by oneself, and nothing is done by the approval alone.
      expect((await rae.post(`/api/v1/approvals/${id}/approve`)).status).toBe(403);
      const approved = await ada.post(`/api/v1/approvals/${id}/approve`, { note: 'for the auditor' });
      expect(approved.answer, path).toMatchObject({ state: 'approved', byRepeating: true });
      const done = await eventually(async () => {
        const answer = await call();
        // The archive holds what a checkpoint of the log covers, which is signed once a second.
        return answer.status !== 409 && answer.status !== 503 && answer;
      });
      expect(done.status, path).toBe(200);
      expect(done.headers['content-disposition'], path).toMatch(/^attachment/);
      expect((await call()).status, path).toBe(202);
    }
    const records = await custos.recorded('action=approval.execute');
    expect(records.map(({ details }) => (details as Body)['kind'])).toContain('bulk-export');
  });

  test('8.2.4: an address that leaves the list is refused on the next request of a running session', async () => {
    const ada = await custos.administrator('127.0.5.1');
    const rae = await custos.person('rae@example.com', 'auditor', '127.0.5.2');
    expect(await isIn(rae)).toBe(true);
    const made = await ada.post('/api/v1/address-rules', {
      scope: 'role',
      subject: 'auditor',
      range: '127.0.5.3',
    });
    expect(made.status).toBe(201);
    const refused = await rae.get('/api/v1/session');
    expect(refused).toMatchObject({ status: 403, answer: { code: 'address_refused' } });
    const elsewhere = custos.browser('127.0.5.3');
    expect(
      (await elsewhere.call('GET', '/api/v1/session', { headers: { cookie: rae.cookie() } })).status,
    ).toBe(200);
    expect((await ada.call('DELETE', `/api/v1/address-rules/${String(made.answer['id'])}`)).status).toBe(200);
    expect(await isIn(rae)).toBe(true);
  });
}

describe('access from outside (sqlite)', () => {
  beforeAll(async () => {
    custos = await install();
  }, 60_000);
  afterAll(() => remove(custos));

  onAnyStore();

  test('6.3.1: one guess at each of many accounts is noticed as a spray', async () => {
    for (let number = 0; number < 24; number += 1) {
      await custos
        .browser(`127.0.6.${1 + Math.floor(number / 8)}`)
        .signIn(`nobody-${number}@example.com`, wrong);
    }
    const [found] = await custos.recorded('action=spray.notice');
    expect(found).toMatchObject({ details: { accounts: expect.any(Number) } });
  });

  test('6.3.1: an address that is locked opens an alert', { timeout: 90_000 }, async () => {
    const seer = await custos.person('seer@example.com', 'viewer', '127.0.6.10');
    for (let number = 0; number < 21; number += 1) {
      await custos.browser('127.0.6.11').signIn(`nobody-else-${number}@example.com`, wrong);
    }
    const found = await eventually(
      async () => {
        const { answer } = await seer.get('/api/v1/alerts?limit=100');
        const alerts = answer['items'] as Body[];
        return alerts.find(({ ruleName }) => ruleName === 'Addresses locked by failed sign-ins');
      },
      { timeoutMs: 80_000, everyMs: 500, what: 'the alert' },
    );
    expect(found['summary']).toMatch(/^\d+ addresses were locked within an hour/);
  });

  test('6.3.2: there is no default account, and the set-up link is worth nothing once somebody is in', async () => {
    for (const name of ['admin', 'root', 'custos']) {
      for (const password of ['admin', 'password', '']) {
        const reply = await custos.browser(`127.0.7.${name.length}`).signIn(`${name}@example.com`, password);
        expect([401, 429]).toContain(reply.status);
      }
    }
    const again = await custos.browser().post('/api/v1/setup', {
      token: await custos.served.setupToken(),
      ...administrator,
      email: 'second@example.com',
    });
    expect(again.status).toBe(403);
  });

  test('6.3.8: unknown, wrong and locked are told alike and take about as long', async () => {
    const median = (times: number[]): number => times.toSorted((a, b) => a - b)[times.length >> 1] ?? 0;
    const times = { unknown: [] as number[], wrong: [] as number[], locked: [] as number[] };
    const answers = new Set<string>();
    for (let round = 0; round < 4; round += 1) await custos.add(`known-${round}@example.com`, 'viewer');
    await custos.add('shut@example.com', 'viewer');
    for (let at = 0; at < 5; at += 1)
      await custos.browser(`127.0.8.${1 + at}`).signIn('shut@example.com', wrong);
    for (let round = 0; round < 12; round += 1) {
      const address = `127.0.8.${20 + round}`;
      for (const [kind, email] of [
        ['unknown', `unknown-${round}@example.com`],
        ['wrong', `known-${round % 4}@example.com`],
        ['locked', 'shut@example.com'],
      ] as const) {
        const begun = performance.now();
        const { status, answer } = await custos.browser(address).signIn(email, wrong);
        times[kind].push(performance.now() - begun);
        answers.add(JSON.stringify({ status, ...answer, requestId: '' }));
      }
    }
    expect([...answers]).toHaveLength(1);
    // Other work on the machine blurs it; without care a lock is answered ten times faster.
    const medians = [median(times.unknown), median(times.wrong), median(times.locked)];
    expect(Math.max(...medians) / Math.min(...medians)).toBeLessThan(1.8);
  });

  test('6.5.2: what State keeps holds no password, token, seed or code that works', async () => {
    const dee = await custos.person('dee@example.com', 'viewer', '127.0.9.1');
    const { seed, codes } = await enrol(dee);
    const made = await dee.post('/api/v1/tokens', {
      name: 'ci',
      permissions: ['dashboard.read'],
      expiresInDays: 1,
    });
    const jwt = String((await dee.post('/api/v1/session/jwt')).answer['token']);
    const secrets = [
      goodPassword,
      seed,
      ...codes.slice(0, 2),
      String(made.answer['token']),
      dee.jar.get('__Host-custos') ?? 'none',
      dee.jar.get('__Host-custos-device') ?? 'none',
      jwt,
    ];
    expect(secrets.every((secret) => secret.length > 11)).toBe(true);
    expect(canariesBelow(custos.served.directory, secrets)).toEqual([]);
    expect(canariesIn('the log', Buffer.from(custos.served.output()), secrets)).toEqual([]);
  });

  test('7.2.4: signing in and proving oneself anew give another token, and the one before is worth nothing', async () => {
    const nan = await custos.person('nan@example.com', 'viewer', '127.0.10.1');
    const old = nan.cookie();
    expect((await nan.signIn('nan@example.com')).status).toBe(200);
    expect(nan.cookie()).not.toBe(old);
    const second = nan.cookie();
    const proof = { kind: 'password', password: goodPassword };
    expect((await nan.post('/api/v1/session/step-up', { proof })).status).toBe(200);
    for (const cookie of [old, second]) {
      expect((await custos.browser().call('GET', '/api/v1/session', { headers: { cookie } })).status).toBe(
        401,
      );
    }
    expect(await isIn(nan)).toBe(true);
  });

  test('8.2.2: what belongs to somebody else is not found', async () => {
    const ann = await custos.person('ann@example.com', 'analyst', '127.0.11.1');
    const bea = await custos.person('bea@example.com', 'analyst', '127.0.11.2');
    const token = (
      await ann.post('/api/v1/tokens', { name: 'mine', permissions: ['alert.read'], expiresInDays: 1 })
    ).answer['id'];
    const { items } = (await ann.get('/api/v1/sessions')).answer as { items: { id: string }[] };
    for (const path of [`/api/v1/tokens/${String(token)}`, `/api/v1/sessions/${String(items[0]?.id)}`]) {
      expect((await bea.call('DELETE', path)).status).toBe(404);
    }
    const seen = (await bea.get('/api/v1/tokens')).text;
    expect(seen).not.toContain(String(token));
    expect(await isIn(ann)).toBe(true);
  });

  test(
    '8.2.3: personal data of others is in no answer, stream, export or log that is not meant for it',
    {
      timeout: 120_000,
    },
    async () => {
      const canary = 'quetzalcanary';
      const email = `${canary}@example.com`;
      const ada = await custos.administrator('127.0.12.1');
      const writer = String(
        (await ada.post('/api/v1/tokens', { name: 'shop', permissions: ['audit.write'], expiresInDays: 1 }))
          .answer['token'],
      );
      const sent = await custos.program(writer).post('/api/v1/audit/events', {
        type: 'application.act',
        action: 'order.refund',
        outcome: 'succeeded',
        actor: { type: 'user', id: 'usr_9', name: `${canary} Smith` },
        target: { type: 'customer', id: email, name: `${canary} Jones` },
        details: { order: 17, remark: `${canary} called twice`, contact: email },
      });
      expect(sent).toMatchObject({ answer: { results: [{ status: 'accepted' }] } });
      await custos.add(`${canary}2@example.com`, 'viewer');
      const listing = await custos.program(writer).get('/api/openapi.json');
      const { paths } = listing.answer as { paths: Record<string, Record<string, unknown>> };
      const gets = Object.keys(paths).filter(
        (path) =>
          'get' in (paths[path] ?? {}) && !path.includes('{') && !/\/(?:stream|tail|live)$/.test(path),
      );
      await custos.recorded('action=order.refund');
      const second = await custos.person('second-root@example.com', 'super-admin', '127.0.12.4');

      // Auditors read the audit log and accounts, yet no personal data of events.
      for (const [role, extra] of [
        ['viewer', []],
        ['analyst', []],
        [
          'auditor',
          [
            '/api/v1/audit/export?format=csv',
            '/api/v1/audit/export?format=ndjson',
            '/api/v1/audit/top?field=actor',
            `/api/v1/audit/events?text=${canary}`,
          ],
        ],
      ] as const) {
        const person = await custos.person(`eye-${role}@example.com`, role, '127.0.12.2');
        for (const path of [...gets, ...extra]) {
          let { status, text, answer } = await person.get(path);
          if (status === 202) {
            const { id } = answer['approval'] as { id: string };
            expect((await second.post(`/api/v1/approvals/${id}/approve`)).status).toBe(200);
            ({ status, text, answer } = await person.get(path));
          }
          if (extra.some((each) => each === path)) expect(status, path).toBe(200);
          // A search repeats what was asked for, which its asker knows.
          expect(canariesIn(`${role} ${path}`, Buffer.from(text), [canary])).toEqual([]);
        }
      }
      const log = Buffer.from(custos.served.output());
      expect(canariesIn('the log', log, [canary])).toEqual([]);
      // Who manages accounts sees whose they are, so the search above could have found it.
      const again = await custos.administrator('127.0.12.3');
      expect((await again.get('/api/v1/users?limit=500')).text).toContain(canary);
    },
  );

  test('8.2.3: fields that are not offered are refused or without effect', async () => {
    const ada = await custos.administrator('127.0.13.1');
    const id = await custos.add('mass@example.com', 'viewer');
    const before = (await ada.get('/api/v1/users?limit=500')).answer as { items: Body[] };
    const changed = await ada.call('PATCH', `/api/v1/users/${id}`, {
      body: {
        name: 'Mass',
        id: 'usr_x',
        permissions: ['user.manage'],
        createdAt: '2020-01-01T00:00:00Z',
        password: 'x',
      },
    });
    expect([200, 422]).toContain(changed.status);
    const after = (await ada.get('/api/v1/users?limit=500')).answer as { items: Body[] };
    const of = (list: { items: Body[] }) => list.items.find((user) => user['id'] === id);
    expect({ ...of(after), name: '' }).toEqual({ ...of(before), name: '' });

    const made = await ada.post('/api/v1/tokens', {
      name: 'mass',
      permissions: ['alert.read'],
      expiresInDays: 1,
      userId: id,
      token: 'custos_mine',
      expiresAt: '2099-01-01T00:00:00Z',
    });
    if (made.status === 201) {
      expect(made.answer['userId']).not.toBe(id);
      expect(String(made.answer['expiresAt']) < '2030').toBe(true);
    } else expect(made.status).toBe(422);
  });

  test('9.1.1, 9.1.2, 9.1.3, 9.2.3: a token that we did not sign, by our algorithm and for us, opens nothing', async () => {
    const jon = await custos.person('jon@example.com', 'viewer', '127.0.14.1');
    const good = String((await jon.post('/api/v1/session/jwt')).answer['token']);
    expect((await custos.program(good).get('/api/v1/overview')).status).toBe(200);
    const [head = '', payload = '', signature = ''] = good.split('.');
    const coded = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');
    const header = JSON.parse(Buffer.from(head, 'base64url').toString()) as Body;
    const claims = JSON.parse(Buffer.from(payload, 'base64url').toString()) as Body;
    expect(JSON.stringify(claims)).not.toMatch(/example\.com|Somebody/);
    const [published] = (await jon.get('/.well-known/jwks.json')).answer['keys'] as Record<string, string>[];
    const { privateKey } = generateKeyPairSync('ed25519');
    const own = (withHeader: Body, withClaims: Body): string => {
      const text = `${coded(withHeader)}.${coded(withClaims)}`;
      return `${text}.${sign(null, Buffer.from(text), privateKey).toString('base64url')}`;
    };
    const hmac = (secret: string): string => {
      const text = `${coded({ ...header, alg: 'HS256' })}.${payload}`;
      return `${text}.${createHmac('sha256', secret).update(text).digest('base64url')}`;
    };
    const forged = {
      'no algorithm': `${coded({ ...header, alg: 'none' })}.${payload}.`,
      'no signature': `${head}.${payload}.`,
      'the public key as a secret': hmac(published?.['x'] ?? ''),
      'the public key as a secret, as JSON': hmac(JSON.stringify(published)),
      'other claims': `${head}.${coded({ ...claims, permissions: ['user.manage'] })}.${signature}`,
      'another key': own(header, claims),
      'another key, from its own address': own({ ...header, jku: 'http://127.0.0.1:1/jwks' }, claims),
      'another key, in the header': own(
        { ...header, jwk: generateKeyPairSync('ed25519').publicKey.export({ format: 'jwk' }) },
        claims,
      ),
      'another audience': own(header, { ...claims, aud: 'shop' }),
    };
    for (const [name, token] of Object.entries(forged)) {
      expect((await custos.program(token).get('/api/v1/overview')).status, name).toBe(401);
    }
    const elsewhere = await jon.post('/api/v1/session/jwt', { audience: 'another-service' });
    expect(elsewhere.status).toBe(422);
  });

  test('3.3.1, 3.5.1: the cookie is for this host alone, and other pages change nothing with it', async () => {
    const cat = custos.browser('127.0.15.1');
    await custos.add('cat@example.com', 'viewer');
    const { set } = await cat.signIn('cat@example.com');
    for (const line of set) {
      expect(line).toMatch(
        /^__Host-custos(-device)?=[\w-]{43}; Path=\/; HttpOnly; SameSite=Strict(; Max-Age=\d+)?; Secure$/,
      );
    }
    const headers = { cookie: cat.cookie() };
    const attempt = (more: Record<string, string>) =>
      custos.browser().call('DELETE', '/api/v1/sessions', { headers: { ...headers, ...more } });
    for (const origin of [
      'https://evil.example',
      'null',
      `http://localhost.evil.example:${custos.served.port}`,
    ]) {
      expect((await attempt({ origin })).status).toBe(403);
    }
    expect((await attempt({ origin: 'https://evil.example', 'sec-fetch-site': 'cross-site' })).status).toBe(
      403,
    );
    const plain = await cat.call('POST', '/api/v1/tokens', {
      body: '{"name":"x","permissions":["alert.read"],"expiresInDays":1}',
      headers: { 'content-type': 'text/plain' },
    });
    expect(plain.status).toBe(415);
    expect(await isIn(cat)).toBe(true);
  });

  test('3.4.3, 3.4.4, 3.4.6, 14.3.2: answers tell the browser what not to do with them', async () => {
    const hal = await custos.person('hal@example.com', 'viewer', '127.0.16.1');
    for (const path of ['/', '/api/v1/session', '/api/v1/nothing']) {
      const { headers } = await hal.get(path);
      const policy = String(headers['content-security-policy']);
      expect(policy).toContain("script-src 'self';");
      expect(policy).toContain("frame-ancestors 'none'");
      expect(policy).toContain("object-src 'none'");
      expect(headers['x-content-type-options']).toBe('nosniff');
      expect(headers['referrer-policy']).toBe('no-referrer');
      if (path.startsWith('/api')) expect(headers['cache-control']).toBe('no-store');
    }
  });

  test('6.4.1, 6.4.6: nobody chooses a password that somebody else goes on using', async () => {
    const ada = await custos.administrator('127.0.17.1');
    const id = await custos.add('own@example.com', 'viewer');
    const chosen = 'chosen by the administrator';
    await ada.call('PATCH', `/api/v1/users/${id}`, { body: { name: 'Own', password: chosen } });
    expect((await custos.browser('127.0.17.2').signIn('own@example.com', chosen)).status).toBe(401);
    expect((await custos.browser('127.0.17.3').signIn('own@example.com')).status).toBe(200);

    // A first password that an administrator chose opens nothing but the choice of another one.
    const made = await ada.post('/api/v1/users', {
      email: 'new@example.com',
      name: 'New',
      role: 'viewer',
      password: chosen,
    });
    expect(made.status).toBe(201);
    const newcomer = custos.browser('127.0.17.4');
    expect((await newcomer.signIn('new@example.com', chosen)).status).toBe(200);
    expect((await newcomer.get('/api/v1/overview')).status).toBe(403);
    await newcomer.post('/api/v1/session/password', { current: chosen, password: goodPassword });
    expect((await newcomer.get('/api/v1/overview')).status).toBe(200);
  });

  test('14.2.1: a token in the address opens nothing', async () => {
    const kim = await custos.person('kim@example.com', 'viewer', '127.0.18.1');
    const made = await kim.post('/api/v1/tokens', {
      name: 'q',
      permissions: ['dashboard.read'],
      expiresInDays: 1,
    });
    const token = String(made.answer['token']);
    expect((await custos.program(token).get('/api/v1/overview')).status).toBe(200);
    for (const name of ['token', 'access_token', 'api_key', 'authorization', 'jwt', 'session']) {
      const reply = await custos.browser().get(`/api/v1/overview?${name}=${token}`);
      expect(reply.status).toBe(401);
    }
  });

  test('16.3.1, 16.3.2, 16.4.2: all of this is on record, and the record verifies', async () => {
    const events = await custos.recorded('from=2020-01-01T00:00:00Z');
    const seen = new Set(events.map(({ action, outcome }) => `${String(action)} ${String(outcome)}`));
    for (const wanted of [
      'session.create succeeded',
      'session.create failed',
      'session.create denied',
      'factor.add succeeded',
      'session.step-up succeeded',
      'user.update succeeded',
      'address-rule.create succeeded',
      'token.create succeeded',
      'access.deny denied',
    ]) {
      expect([...seen], wanted).toContain(wanted);
    }
    expect(JSON.stringify(events)).not.toContain(goodPassword);
    const ada = await custos.administrator('127.0.19.1');
    expect((await ada.post('/api/v1/audit/ledger/verify')).status).toBe(200);
    const verified = await eventually(async () => {
      const { verification } = (await ada.get('/api/v1/audit/ledger')).answer as {
        verification?: Body | null;
      };
      return verification?.['state'] !== 'running' && verification;
    });
    expect(verified).toMatchObject({ state: 'ok', findings: [] });
  });
});

describe('access from outside (postgres)', () => {
  let database: PostgresServer;
  beforeAll(async () => {
    database = await startPostgres();
    custos = await install({ config: { state: { url: await database.createDatabase() } } });
  }, 90_000);
  afterAll(async () => {
    await remove(custos);
    await database.stop();
  });

  onAnyStore();
});
