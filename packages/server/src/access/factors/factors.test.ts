import { sql } from 'kysely';
import { describe, expect, test } from 'vitest';
import { TOTP, Secret } from 'otpauth';
import { describeOnBothStores } from '../../../test/stores.ts';
import { cheapHashes, from, goodPassword, here, openAccess, type AccessFixture } from '../access-fixture.ts';
import type { SignedIn } from '../types.ts';
import { createAuthenticator } from './authenticator-fixture.ts';
import { makeRecoveryCodes } from './recovery-codes.ts';

const minute = 60_000;
const day = 86_400_000;
const site = { id: 'custos.example', origin: 'https://custos.example' };
const many = 50;

const codeOf = (secret: string, at: number): string =>
  new TOTP({ secret: Secret.fromBase32(secret), digits: 6, period: 30 }).generate({ timestamp: at });

const outcomes = async (promises: readonly Promise<unknown>[]) => {
  const settled = await Promise.allSettled(promises);
  return {
    good: settled.filter(({ status }) => status === 'fulfilled').length,
    codes: new Set(
      settled.flatMap((one) => (one.status === 'rejected' ? [(one.reason as { code: string }).code] : [])),
    ),
  };
};

describeOnBothStores('second factors', (open) => {
  type World = AccessFixture & {
    enrol(session: SignedIn): Promise<{ secret: string; codes: readonly string[]; session: SignedIn }>;
    /** Does the first step and returns the ticket of the second. */
    ticket(email?: string): Promise<string>;
  };

  async function world(): Promise<World> {
    const fixture = await openAccess(await open());
    const { access, clock } = fixture;
    await fixture.addUser('ada@example.com', 'viewer');
    return {
      ...fixture,
      async enrol(session) {
        const { secret } = await access.factors.beginTotp(session.identity);
        const changed = await access.factors.confirmTotp(session.identity, codeOf(secret, clock.now()), here);
        return { secret, codes: changed.recoveryCodes, session: changed };
      },
      async ticket(email = 'ada@example.com') {
        const outcome = await access.signIn({ email, password: goodPassword, replaces: null }, here);
        if (!('step' in outcome)) throw new Error('no second factor was asked for');
        return outcome.ticket;
      },
    };
  }
  const brought = { replaces: null };

  describe('an authenticator', () => {
    test('is asked for after the password once it is confirmed, and lets its owner in', async () => {
      const { access, clock, signIn, enrol, next } = await world();
      const session = await signIn('ada@example.com');
      const begun = await access.factors.beginTotp(session.identity);
      expect(begun.uri).toMatch(/^otpauth:\/\/totp\/Custos:ada%40example\.com\?issuer=Custos&secret=/);
      // Begun and not confirmed: nothing has changed.
      await expect(signIn('ada@example.com')).resolves.toBeDefined();
      const { secret } = await enrol(session);
      await clock.advance(30_000);
      const outcome = await access.signIn(
        { email: 'ada@example.com', password: goodPassword, replaces: null },
        here,
      );
      expect(outcome).toMatchObject({
        step: 'second-factor',
        methods: ['totp', 'recovery-code'],
        passkey: null,
      });
      const { ticket } = outcome as { ticket: string };
      const proof = { kind: 'totp', code: codeOf(secret, clock.now()) } as const;
      const entered = await access.secondStep({ ...brought, ticket, proof }, here);
      expect(await next(entered)).toMatchObject({ secondFactorAt: clock.now() });
    });

    test('of fifty parallel sign-ins with one code, one gets in', async () => {
      const { access, clock, signIn, enrol, ticket } = await world();
      const { secret } = await enrol(await signIn('ada@example.com'));
      await clock.advance(30_000);
      const tickets: string[] = [];
      for (let count = 0; count < many; count += 1) tickets.push(await ticket());
      const proof = { kind: 'totp', code: codeOf(secret, clock.now()) } as const;
      const { good, codes } = await outcomes(
        tickets.map((one, index) =>
          access.secondStep({ ...brought, ticket: one, proof }, from(`10.0.0.${index}`)),
        ),
      );
      expect(good).toBe(1);
      expect([...codes]).toEqual(['second_factor_failed']);
    });

    test('a code that was used, and one of an earlier step, are worth nothing', async () => {
      const { access, clock, signIn, enrol, ticket } = await world();
      const { secret } = await enrol(await signIn('ada@example.com'));
      await clock.advance(60_000);
      const enter = async (code: string) =>
        access.secondStep({ ...brought, ticket: await ticket(), proof: { kind: 'totp', code } }, here);
      const now = codeOf(secret, clock.now());
      await expect(enter(now)).resolves.toBeDefined();
      for (const code of [now, codeOf(secret, clock.now() - 30_000), '000000']) {
        await expect(enter(code)).rejects.toMatchObject({ code: 'second_factor_failed', status: 401 });
      }
      await clock.advance(30_000);
      await expect(enter(codeOf(secret, clock.now()))).resolves.toBeDefined();
    });

    test('guesses lock after five, whatever the tickets, and are counted apart from the password', async () => {
      const { access, clock, signIn, enrol, ticket, events } = await world();
      const { secret } = await enrol(await signIn('ada@example.com'));
      await clock.advance(60_000);
      const enter = async (code: string) =>
        access.secondStep({ ...brought, ticket: await ticket(), proof: { kind: 'totp', code } }, here);
      for (let count = 0; count < 5; count += 1) {
        await expect(enter('000000')).rejects.toMatchObject({ code: 'second_factor_failed' });
      }
      await expect(enter(codeOf(secret, clock.now()))).rejects.toMatchObject({
        code: 'second_factor_failed',
      });
      expect(events.at(-1)).toMatchObject({ outcome: 'denied', details: { reason: 'factor-locked' } });
      await clock.advance(15 * minute);
      await expect(enter(codeOf(secret, clock.now()))).resolves.toBeDefined();
    });

    test('one ticket takes five tries and five minutes', async () => {
      const { access, clock, signIn, enrol, ticket } = await world();
      const { secret } = await enrol(await signIn('ada@example.com'));
      await clock.advance(60_000);
      const late = await ticket();
      await clock.advance(5 * minute);
      const proof = () => ({ kind: 'totp', code: codeOf(secret, clock.now()) }) as const;
      await expect(
        access.secondStep({ ...brought, ticket: late, proof: proof() }, here),
      ).rejects.toMatchObject({
        code: 'second_factor_failed',
      });
      for (const text of ['', 'x'.repeat(43), late.toLowerCase()]) {
        await expect(
          access.secondStep({ ...brought, ticket: text, proof: proof() }, here),
        ).rejects.toMatchObject({ code: 'second_factor_failed' });
      }
    });

    test('enrolling ends other sessions, gives this one another token, and is told to its owner', async () => {
      const { signIn, enrol, next, told } = await world();
      const other = await signIn('ada@example.com');
      const mine = await signIn('ada@example.com');
      const { session, codes } = await enrol(mine);
      expect(await next(other)).toBeUndefined();
      expect(await next(mine)).toBeUndefined();
      expect(await next(session)).toBeDefined();
      expect(codes).toHaveLength(10);
      expect(told.map(({ message }) => message.kind)).toContain('factor-added');
      expect(JSON.stringify(told)).not.toContain(codes[0]);
    });

    test('is neither set up nor removed by a session that proved nothing for five minutes', async () => {
      const { access, clock, signIn, enrol } = await world();
      const session = await signIn('ada@example.com');
      await clock.advance(5 * minute + 1);
      await expect(access.factors.beginTotp(session.identity)).rejects.toMatchObject({
        code: 'step_up_required',
        status: 403,
      });
      const wrong = { proof: { kind: 'password', password: 'not the password' } } as const;
      await expect(access.stepUp.complete(session.identity, wrong, here)).rejects.toMatchObject({
        code: 'invalid_input',
      });
      const proof = { proof: { kind: 'password', password: goodPassword } } as const;
      const proven = await access.stepUp.complete(session.identity, proof, here);
      expect(proven.token).not.toBe(session.token);
      const enrolled = await enrol(proven);
      await clock.advance(5 * minute + 1);
      const remove = (identity: SignedIn['identity']) => access.factors.removeTotp(identity, here);
      await expect(remove(enrolled.session.identity)).rejects.toMatchObject({ code: 'step_up_required' });
      // With a second factor the password alone proves nothing any more.
      await expect(access.stepUp.complete(enrolled.session.identity, proof, here)).rejects.toMatchObject({
        code: 'invalid_input',
      });
      const code = codeOf(enrolled.secret, clock.now());
      const again = await access.stepUp.complete(
        enrolled.session.identity,
        { proof: { kind: 'totp', code } },
        here,
      );
      await expect(remove(again.identity)).resolves.toBeDefined();
      await expect(signIn('ada@example.com')).resolves.toBeDefined();
    });

    test('a seed is confirmed by a right code only, within 15 minutes', async () => {
      const { access, clock, signIn } = await world();
      const session = await signIn('ada@example.com');
      const { secret } = await access.factors.beginTotp(session.identity);
      const confirm = (code: string) => access.factors.confirmTotp(session.identity, code, here);
      await expect(confirm('000000')).rejects.toMatchObject({ fields: [{ field: 'code' }] });
      await clock.advance(15 * minute + 1);
      await expect(confirm(codeOf(secret, clock.now()))).rejects.toMatchObject({ code: 'conflict' });
    });
  });

  describe('recovery codes', () => {
    test('work once each: of fifty parallel uses of one, one gets in', async () => {
      const { access, clock, signIn, enrol, ticket, told } = await world();
      const { codes } = await enrol(await signIn('ada@example.com'));
      await clock.advance(minute);
      const tickets: string[] = [];
      for (let count = 0; count < many; count += 1) tickets.push(await ticket());
      const proof = { kind: 'recovery-code', code: (codes[0] ?? '').toUpperCase() } as const;
      const { good } = await outcomes(
        tickets.map((one, index) =>
          access.secondStep({ ...brought, ticket: one, proof }, from(`10.0.0.${index}`)),
        ),
      );
      expect(good).toBe(1);
      const used = told.filter(({ message }) => message.kind === 'recovery-code-used');
      expect(used).toHaveLength(1);
      expect(used[0]?.message.text).toContain('9 are left');
    });

    test('new ones put an end to the old ones, and one person’s are nothing to another', async () => {
      const { access, clock, signIn, enrol, ticket, addUser } = await world();
      await addUser('eve@example.com', 'viewer');
      const first = await enrol(await signIn('ada@example.com'));
      await enrol(await signIn('eve@example.com'));
      const renewed = await access.factors.renewRecoveryCodes(first.session.identity, here);
      await clock.advance(minute);
      const enter = async (email: string, code: string) =>
        access.secondStep(
          { ...brought, ticket: await ticket(email), proof: { kind: 'recovery-code', code } },
          here,
        );
      const [good = ''] = renewed.recoveryCodes;
      await expect(enter('ada@example.com', first.codes[0] ?? '')).rejects.toMatchObject({ status: 401 });
      await expect(enter('eve@example.com', good)).rejects.toMatchObject({ status: 401 });
      await expect(
        enter('ada@example.com', good.replaceAll('0', 'O').replaceAll('-', ' ')),
      ).resolves.toBeDefined();
    });

    test('have 120 random bits', () => {
      const codes = Array.from({ length: 20 }, makeRecoveryCodes).flat();
      expect(new Set(codes).size).toBe(200);
      for (const code of codes) expect(code).toMatch(/^([0-9a-hjkmnp-tv-z]{6}-){3}[0-9a-hjkmnp-tv-z]{6}$/);
    });
  });

  describe('a passkey', () => {
    async function withPasskey() {
      const fixture = await world();
      const { access, signIn } = fixture;
      const key = createAuthenticator(site);
      const session = await signIn('ada@example.com');
      const { ticket, options } = await access.factors.beginPasskey(session.identity, here);
      const response = key.create(options);
      const added = await access.factors.addPasskey(
        session.identity,
        { ticket, name: 'Laptop', response },
        here,
      );
      return { ...fixture, key, added, session };
    }

    test('lets its owner in by itself, as two factors in one', async () => {
      const { access, key, next, clock, added } = await withPasskey();
      expect(await next(added)).toMatchObject({ secondFactorAt: clock.now() });
      const { ticket, options } = await access.passkeySignIn.begin(here);
      expect(options).toMatchObject({ rpId: 'custos.example', userVerification: 'required' });
      const response = key.get(options);
      const entered = await access.passkeySignIn.complete({ ...brought, ticket, response }, here);
      expect(await next(entered)).toMatchObject({ email: 'ada@example.com', secondFactorAt: clock.now() });
      // The same answer again is worth nothing.
      await expect(
        access.passkeySignIn.complete({ ...brought, ticket, response }, here),
      ).rejects.toMatchObject({ code: 'sign_in_failed', status: 401 });
    });

    test('of fifty parallel uses of one signature, one gets in', async () => {
      const { access, key } = await withPasskey();
      const { ticket, options } = await access.passkeySignIn.begin(here);
      const response = key.get(options);
      const { good } = await outcomes(
        Array.from({ length: many }, (_, index) =>
          access.passkeySignIn.complete({ ...brought, ticket, response }, from(`10.0.0.${index}`)),
        ),
      );
      expect(good).toBe(1);
    });

    test('is a second factor after the password, without the person being checked again', async () => {
      const { access, key } = await withPasskey();
      const step = await access.signIn(
        { email: 'ada@example.com', password: goodPassword, replaces: null },
        here,
      );
      if (!('step' in step) || step.passkey === null) throw new Error('no passkey was asked for');
      expect(step.methods).toEqual(['passkey', 'recovery-code']);
      const proof = { kind: 'passkey', response: key.get(step.passkey, { verified: false }) } as const;
      await expect(
        access.secondStep({ ...brought, ticket: step.ticket, proof }, here),
      ).resolves.toBeDefined();
    });

    test('alone is nothing without the person being checked, from another site, or with another’s challenge', async () => {
      const { access, key } = await withPasskey();
      const attempt = async (answer: (options: Record<string, unknown>) => Record<string, unknown>) => {
        const { ticket, options } = await access.passkeySignIn.begin(here);
        return access.passkeySignIn.complete({ ...brought, ticket, response: answer(options) }, here);
      };
      const refused = { code: 'sign_in_failed' };
      await expect(attempt((options) => key.get(options, { verified: false }))).rejects.toMatchObject(
        refused,
      );
      await expect(
        attempt((options) => key.get(options, { origin: 'https://custos.evil' })),
      ).rejects.toMatchObject(refused);
      const elsewhere = await access.passkeySignIn.begin(here);
      await expect(attempt(() => key.get(elsewhere.options))).rejects.toMatchObject(refused);
      for (const response of [{}, { id: 'x' }, { id: 1 }, key.create({ challenge: 'x' })]) {
        await expect(attempt(() => response)).rejects.toMatchObject(refused);
      }
      await expect(attempt((options) => key.get(options))).resolves.toBeDefined();
    });

    test('passes the lock of its account, so nobody can lock its owner out', async () => {
      const { access, key, signIn } = await withPasskey();
      for (let count = 0; count < 6; count += 1) {
        await signIn('ada@example.com', from(`198.51.100.${count}`), 'wrong').catch(() => undefined);
      }
      await expect(signIn('ada@example.com')).rejects.toMatchObject({ code: 'sign_in_failed' });
      const { ticket, options } = await access.passkeySignIn.begin(here);
      const response = key.get(options);
      await expect(
        access.passkeySignIn.complete({ ...brought, ticket, response }, here),
      ).resolves.toBeDefined();
    });

    test('belongs to one account and is gone when it is removed', async () => {
      const { access, key, added } = await withPasskey();
      const again = await access.factors.beginPasskey(added.identity, here);
      expect(again.options['excludeCredentials']).toHaveLength(1);
      await expect(
        access.factors.addPasskey(
          added.identity,
          { ticket: again.ticket, name: 'Twice', response: key.create(again.options) },
          here,
        ),
      ).rejects.toMatchObject({ code: 'conflict' });
      await access.factors.removePasskey(added.identity, added.id, here);
      const { ticket, options } = await access.passkeySignIn.begin(here);
      await expect(
        access.passkeySignIn.complete({ ...brought, ticket, response: key.get(options) }, here),
      ).rejects.toMatchObject({ code: 'sign_in_failed' });
      await expect(access.factors.list(added.identity)).resolves.toMatchObject({ passkeys: [] });
    });
  });

  describe('who must have one', () => {
    test('administrators from the start of the second week, and until then they are told', async () => {
      const { access, clock, signIn, addUser, next } = await world();
      await addUser('root@example.com', 'super-admin');
      const joined = clock.now();
      const first = await signIn('root@example.com');
      expect((await access.factors.standing(first.identity)).secondFactor).toEqual({
        enrolled: false,
        required: true,
        requiredFrom: joined + 7 * day,
        restricted: false,
        provenAt: null,
      });
      await clock.advance(7 * day - 1);
      const before = await signIn('root@example.com');
      expect(before.identity.permissions.size).toBeGreaterThan(10);
      await clock.advance(1);
      // In the middle of a session too.
      expect(await next(before)).toMatchObject({ restricted: 'second-factor', permissions: new Set() });
      const late = await signIn('root@example.com');
      expect(late.identity).toMatchObject({ restricted: 'second-factor', permissions: new Set() });
      const { secret } = await access.factors.beginTotp(late.identity);
      const done = await access.factors.confirmTotp(late.identity, codeOf(secret, clock.now()), here);
      expect(done.identity.restricted).toBeUndefined();
      expect(done.identity.permissions.size).toBeGreaterThan(10);
      // The last one cannot be taken away again.
      await expect(access.factors.removeTotp(done.identity, here)).rejects.toMatchObject({
        code: 'conflict',
      });
    });

    test('any role for which it is decided, from seven days after that', async () => {
      const { access, clock, signIn, next } = await world();
      await clock.advance(30 * day);
      const policy = await access.administration.changePolicy({ viewer: 'required', admin: 'optional' });
      expect(policy.roles.find(({ role }) => role === 'viewer')).toEqual({
        role: 'viewer',
        secondFactor: 'required',
        byDefault: false,
      });
      await clock.advance(7 * day - 1);
      const session = await signIn('ada@example.com');
      expect(session.identity.restricted).toBeUndefined();
      await clock.advance(1);
      expect(await next(session)).toMatchObject({ restricted: 'second-factor' });
      await access.administration.changePolicy({ viewer: 'default' });
      expect(await next(session)).not.toHaveProperty('restricted');
      await expect(access.administration.changePolicy({ nobody: 'required' })).rejects.toMatchObject({
        fields: [{ field: 'roles.nobody' }],
      });
    });

    test('an administrator resets lost factors, and cannot touch somebody with more', async () => {
      const { access, signIn, addUser, enrol, ticket, told, next } = await world();
      const rootId = await addUser('root@example.com', 'super-admin');
      const admin = await addUser('adm@example.com', 'admin').then(() => signIn('adm@example.com'));
      const { session } = await enrol(await signIn('ada@example.com'));
      await access.administration.resetFactors(session.identity.userId, admin.identity);
      expect(await next(session)).toBeUndefined();
      await expect(ticket()).rejects.toThrow('no second factor');
      expect(told.at(-1)).toMatchObject({ email: 'ada@example.com' });
      await expect(access.administration.resetFactors(rootId, admin.identity)).rejects.toMatchObject({
        code: 'forbidden',
      });
    });
  });

  test('State holds no seed, code or token that works', async () => {
    const state = await open();
    const { access, signIn, addUser, clock } = await openAccess(state, { hashCost: cheapHashes });
    await addUser('ada@example.com', 'viewer');
    const session = await signIn('ada@example.com');
    const { secret } = await access.factors.beginTotp(session.identity);
    const { recoveryCodes, token } = await access.factors.confirmTotp(
      session.identity,
      codeOf(secret, clock.now()),
      here,
    );
    const names =
      state.dialect === 'sqlite'
        ? sql<{ name: string }>`select name from sqlite_master where type = 'table'`
        : sql<{ name: string }>`select tablename as name from pg_tables where schemaname = 'public'`;
    let dump = '';
    for (const { name } of (await names.execute(state.read)).rows) {
      dump += JSON.stringify((await sql`select * from ${sql.table(name)}`.execute(state.read)).rows);
    }
    expect(dump).toContain('ada@example.com');
    const plain = recoveryCodes.map((code) => code.replaceAll('-', ''));
    for (const text of [
      secret,
      token,
      session.deviceToken ?? '?',
      goodPassword,
      ...recoveryCodes,
      ...plain,
    ]) {
      expect(dump).not.toContain(text);
    }
  });
});
