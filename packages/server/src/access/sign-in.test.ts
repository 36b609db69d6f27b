import { sql } from 'kysely';
import { describe, expect, test } from 'vitest';
import { describeOnBothStores } from '../../test/stores.ts';
import { cheapHashes, from, goodPassword, here, openAccess, type AccessFixture } from './access-fixture.ts';

const minute = 60_000;
const wrong = 'not the password at all';

/** What a caller sees of a refusal. */
async function refusal(promise: Promise<unknown>): Promise<unknown> {
  const error = await promise.then(
    () => undefined,
    (thrown: unknown) => thrown as { code: string; status: number; message: string; fields: unknown },
  );
  return error && { code: error.code, status: error.status, message: error.message, fields: error.fields };
}

const signInFailed = { code: 'sign_in_failed', status: 401 };

describeOnBothStores('signing in', (open) => {
  describe('set-up', () => {
    const request = { email: 'ada@example.com', name: 'Ada', password: goodPassword };

    test('the link makes one super administrator, signed in, and is on record', async () => {
      const { access, events, next } = await openAccess(await open());
      expect(await access.setupNeeded()).toBe(true);
      const link = (await access.setupLink('http://127.0.0.1:4600/')) ?? '';
      const [page, token = ''] = link.split('#token=');
      expect(page).toBe('http://127.0.0.1:4600/setup');
      const signedIn = await access.completeSetup({ token, ...request }, here);
      expect(await next(signedIn)).toMatchObject({ email: 'ada@example.com', role: 'super-admin' });
      expect(await access.setupNeeded()).toBe(false);
      expect(events).toEqual([expect.objectContaining({ action: 'setup.complete', outcome: 'succeeded' })]);
    });

    test('of two requests that race with one link, one wins', async () => {
      const { access } = await openAccess(await open());
      const token = (await access.beginSetup())?.token ?? '';
      const results = await Promise.allSettled(
        ['ada', 'eve', 'ida'].map((name) =>
          access.completeSetup({ ...request, token, email: `${name}@example.com` }, here),
        ),
      );
      expect(results.filter((result) => result.status === 'fulfilled')).toHaveLength(1);
      for (const result of results) {
        if (result.status === 'rejected') expect(result.reason).toMatchObject({ code: 'setup_not_allowed' });
      }
      expect((await access.users.list({ limit: 10 })).items).toHaveLength(1);
    });

    test('it never works again once anybody has an account', async () => {
      const { access, addUser } = await openAccess(await open());
      const token = (await access.beginSetup())?.token ?? '';
      await addUser('ida@example.com', 'viewer');
      await expect(access.completeSetup({ ...request, token }, here)).rejects.toMatchObject({
        code: 'setup_not_allowed',
        status: 403,
      });
      expect(await access.beginSetup()).toBeUndefined();
      expect(await access.setupLink('http://127.0.0.1:4600')).toBeUndefined();
    });

    test('a link ends after 24 hours, and a new start replaces it', async () => {
      const { access, clock } = await openAccess(await open());
      const first = (await access.beginSetup())?.token ?? '';
      const second = (await access.beginSetup())?.token ?? '';
      const attempt = (token: string) => refusal(access.completeSetup({ ...request, token }, here));
      expect(await attempt(first)).toMatchObject({ code: 'setup_not_allowed' });
      expect(await attempt('')).toMatchObject({ code: 'setup_not_allowed' });
      await clock.advance(24 * 60 * minute);
      expect(await attempt(second)).toMatchObject({ code: 'setup_not_allowed' });
    });

    test('a bad password names its field and leaves the link usable', async () => {
      const { access } = await openAccess(await open());
      const token = (await access.beginSetup())?.token ?? '';
      await expect(
        access.completeSetup({ ...request, token, password: 'password1234' }, here),
      ).rejects.toMatchObject({ code: 'invalid_input', fields: [{ field: 'password' }] });
      await expect(access.completeSetup({ ...request, token }, here)).resolves.toBeDefined();
    });

    test('without an audit record nobody gets in', async () => {
      const { access, auditFails } = await openAccess(await open());
      const token = (await access.beginSetup())?.token ?? '';
      auditFails.now = true;
      await expect(access.completeSetup({ ...request, token }, here)).rejects.toMatchObject({
        code: 'audit_unavailable',
      });
      expect(await access.setupNeeded()).toBe(true);
      auditFails.now = false;
      await expect(access.completeSetup({ ...request, token }, here)).resolves.toBeDefined();
    });

    test('there is no account from the start', async () => {
      const { signIn } = await openAccess(await open());
      for (const email of ['admin@example.com', 'admin', 'root', '']) {
        await expect(signIn(email, here, 'admin')).rejects.toMatchObject(signInFailed);
      }
    });
  });

  describe('sign-in', () => {
    test('unknown, wrong, disabled and locked get one answer, and the log tells them apart', async () => {
      const { access, events, signIn, addUser } = await openAccess(await open());
      await addUser('root@example.com', 'super-admin');
      await addUser('ada@example.com', 'viewer');
      const gone = await addUser('gone@example.com', 'viewer');
      const root = await signIn('root@example.com');
      await access.users.update(gone, { disabled: true }, root.identity);
      await addUser('shut@example.com', 'viewer');
      for (let count = 0; count < 5; count += 1) {
        await refusal(signIn('shut@example.com', from('198.51.100.1'), wrong));
      }
      events.length = 0;

      const answers = [
        await refusal(signIn('nobody@example.com', here, wrong)),
        await refusal(signIn('ada@example.com', here, wrong)),
        await refusal(signIn('gone@example.com')),
        await refusal(signIn('shut@example.com')),
      ];
      expect(answers[0]).toMatchObject(signInFailed);
      for (const answer of answers) expect(answer).toEqual(answers[0]);
      expect(events.map(({ outcome, details }) => [outcome, details?.['reason']])).toEqual([
        ['failed', 'unknown'],
        ['failed', 'wrong-password'],
        ['failed', 'disabled'],
        ['denied', 'account-locked'],
      ]);
      expect(JSON.stringify(events)).not.toContain(wrong);
      expect(JSON.stringify(events)).not.toContain('nobody@example.com');
    });

    test('five failures lock an account for 15 minutes, then 30, also against the right password', async () => {
      const { clock, signIn, addUser } = await openAccess(await open());
      await addUser('ada@example.com', 'viewer');
      for (const lockMinutes of [15, 30]) {
        for (let count = 0; count < 5; count += 1) {
          const source = from(`198.51.100.${count}`);
          await expect(signIn('ada@example.com', source, wrong)).rejects.toMatchObject(signInFailed);
        }
        await expect(signIn('ada@example.com')).rejects.toMatchObject(signInFailed);
        await clock.advance(lockMinutes * minute - 1);
        await expect(signIn('ada@example.com')).rejects.toMatchObject(signInFailed);
        await clock.advance(1);
      }
      await expect(signIn('ada@example.com')).resolves.toBeDefined();
    });

    test('an account that does not exist locks just the same', async () => {
      const { events, signIn } = await openAccess(await open());
      for (let count = 0; count < 6; count += 1) await refusal(signIn('nobody@example.com', here, wrong));
      expect(events.at(-1)?.details).toEqual({ method: 'password', reason: 'account-locked' });
    });

    test('guesses sent all at once are counted before any is checked', async () => {
      const { signIn, addUser, events } = await openAccess(await open());
      await addUser('ada@example.com', 'viewer');
      events.length = 0;
      await Promise.all(
        Array.from({ length: 15 }, (_, index) =>
          refusal(signIn('ada@example.com', from(`198.51.100.${index}`), wrong)),
        ),
      );
      const reasons = events.map(({ details }) => details?.['reason']);
      expect(reasons.filter((reason) => reason === 'wrong-password')).toHaveLength(5);
      expect(reasons.filter((reason) => reason === 'account-locked')).toHaveLength(10);
    });

    test('the right password at the fifth try still works and clears the count', async () => {
      const { signIn, addUser } = await openAccess(await open());
      await addUser('ada@example.com', 'viewer');
      for (let round = 0; round < 3; round += 1) {
        for (let count = 0; count < 4; count += 1) await refusal(signIn('ada@example.com', here, wrong));
        await expect(signIn('ada@example.com')).resolves.toBeDefined();
      }
    });

    test('20 failures from one address close it for 15 minutes, whatever the accounts', async () => {
      const { clock, signIn, addUser } = await openAccess(await open());
      await addUser('ada@example.com', 'viewer');
      for (let count = 0; count < 20; count += 1) {
        await expect(signIn(`user${count}@example.com`, here, wrong)).rejects.toMatchObject(signInFailed);
      }
      await expect(signIn('ada@example.com')).rejects.toMatchObject({
        code: 'rate_limited',
        status: 429,
        retryAfterSeconds: 900,
      });
      await expect(signIn('ada@example.com', from('192.0.2.99'))).resolves.toBeDefined();
      await clock.advance(15 * minute);
      await expect(signIn('ada@example.com')).resolves.toBeDefined();
    });

    test('a good account of the attacker’s own does not reset the address', async () => {
      const { signIn, addUser } = await openAccess(await open());
      await addUser('eve@example.com', 'viewer');
      let answer: unknown;
      for (let count = 0; count < 20; count += 1) {
        await refusal(signIn(`user${count}@example.com`, here, wrong));
        answer = await refusal(signIn('eve@example.com'));
      }
      expect(answer).toMatchObject({ code: 'rate_limited' });
    });

    test('the host operator opens a locked account, on record', async () => {
      const { access, events, signIn, addUser } = await openAccess(await open());
      const id = await addUser('ada@example.com', 'viewer');
      for (let count = 0; count < 5; count += 1) await refusal(signIn('ada@example.com', here, wrong));
      expect(await access.operator.unlock('Ada@Example.com')).toBe(true);
      expect(events.at(-1)).toMatchObject({ action: 'user.unlock', target: { type: 'user', id } });
      await expect(signIn('ada@example.com')).resolves.toBeDefined();
      expect(await access.operator.unlock('ada@example.com')).toBe(false);
    });

    test('without an audit record there is no session', async () => {
      const { access, signIn, addUser, auditFails } = await openAccess(await open());
      await addUser('ada@example.com', 'viewer');
      auditFails.now = true;
      await expect(signIn('ada@example.com')).rejects.toMatchObject({
        code: 'audit_unavailable',
      });
      auditFails.now = false;
      const session = await signIn('ada@example.com');
      expect((await access.sessions.list(session.identity, { limit: 10 })).items).toHaveLength(1);
    });

    test.each(['disabled = 1', "password_hash = password_hash || 'A'"])(
      'a sign-in that is under way when the user becomes %s comes to nothing',
      async (change) => {
        const state = await open();
        const slow = { memoryKib: 8192, passes: 40, lanes: 1 };
        const { access, addUser, signIn } = await openAccess(state, { hashCost: slow });
        await addUser('ada@example.com', 'viewer');
        const pending = signIn('ada@example.com').catch((error: unknown) => error);
        const counted = sql`select 1 from access_failure where failures > 0`;
        for (let turn = 0; turn < 1000; turn += 1) {
          if ((await counted.execute(state.read)).rows.length > 0) break;
        }
        await access.users.list({ limit: 1 });
        await sql`update access_user set ${sql.raw(change)}`.execute(state.write);
        expect(await pending).toMatchObject(signInFailed);
        expect((await sql`select 1 from access_session`.execute(state.read)).rows).toEqual([]);
      },
    );

    test('a hash made at a lower cost is renewed at the next sign-in', async () => {
      const state = await open();
      const before = await openAccess(state);
      await before.addUser('ada@example.com', 'viewer');
      const hash = async () => {
        const tables = state.read.withTables<{ access_user: { password_hash: string } }>();
        return (await tables.selectFrom('access_user').select('password_hash').executeTakeFirstOrThrow())
          .password_hash;
      };
      expect(await hash()).toContain('m=64,t=1,p=1');
      const after = await openAccess(state, { hashCost: { ...cheapHashes, passes: 3 } });
      await after.signIn('ada@example.com');
      expect(await hash()).toContain('m=64,t=3,p=1');
      await expect(after.signIn('ada@example.com')).resolves.toBeDefined();
    });
  });

  describe('sessions', () => {
    async function withUser(role: 'viewer' | 'admin' = 'viewer'): Promise<AccessFixture> {
      const fixture = await openAccess(await open());
      await fixture.addUser('root@example.com', 'super-admin');
      await fixture.addUser('ada@example.com', role);
      return fixture;
    }

    describe('end', () => {
      test('after 60 minutes without a request', async () => {
        const { clock, signIn, next } = await withUser();
        const session = await signIn('ada@example.com');
        await clock.advance(60 * minute - 1);
        expect(await next(session)).toBeDefined();
        await clock.advance(60 * minute);
        expect(await next(session)).toBeUndefined();
      });

      test('also while a page that nobody touches goes on asking', async () => {
        const { access, clock, signIn } = await withUser('admin');
        const session = await signIn('ada@example.com');
        const ask = (unattended: boolean) => access.bySession(session.token, { ...here, unattended });
        await clock.advance(2 * minute);
        expect(await ask(false)).toBeDefined();
        for (let step = 0; step < 14; step += 1) {
          await clock.advance(minute);
          expect(await ask(true)).toBeDefined();
        }
        await clock.advance(minute);
        expect(await ask(true)).toBeUndefined();
        expect(await ask(false)).toBeUndefined();
      });

      test('after 15 minutes for those who administer', async () => {
        const { clock, signIn, next } = await withUser('admin');
        const session = await signIn('ada@example.com');
        await clock.advance(15 * minute - 1);
        expect(await next(session)).toBeDefined();
        await clock.advance(15 * minute);
        expect(await next(session)).toBeUndefined();
      });

      test('after 12 hours, however busy they are', async () => {
        const { clock, signIn, next } = await withUser();
        const session = await signIn('ada@example.com');
        for (let step = 1; step < 12 * 6; step += 1) {
          await clock.advance(10 * minute);
          expect(await next(session), `after ${step * 10} minutes`).toBeDefined();
        }
        await clock.advance(10 * minute - 1);
        expect(await next(session)).toBeDefined();
        await clock.advance(1);
        expect(await next(session)).toBeUndefined();
      });

      test('when their user is disabled, with every token for good', async () => {
        const { access, signIn, next } = await withUser();
        const root = await signIn('root@example.com');
        const sessions = [await signIn('ada@example.com'), await signIn('ada@example.com')];
        const identity = sessions[0]?.identity ?? root.identity;
        const made = await access.tokens.create(identity, {
          name: 'reader',
          permissions: ['dashboard.read'],
          expiresInDays: 30,
        });
        expect(await access.byApiToken(made.token, here)).toBeDefined();
        await access.users.update(identity.userId, { disabled: true }, root.identity);
        for (const session of sessions) expect(await next(session)).toBeUndefined();
        expect(await access.byApiToken(made.token, here)).toBeUndefined();
        await access.users.update(identity.userId, { disabled: false }, root.identity);
        for (const session of sessions) expect(await next(session)).toBeUndefined();
        expect(await access.byApiToken(made.token, here)).toBeUndefined();
      });

      test('when the role of their user changes', async () => {
        const { access, signIn, next } = await withUser();
        const root = await signIn('root@example.com');
        const session = await signIn('ada@example.com');
        await access.users.update(session.identity.userId, { name: 'Ada B.' }, root.identity);
        expect(await next(session)).toMatchObject({ name: 'Ada B.' });
        await access.users.update(session.identity.userId, { role: 'analyst' }, root.identity);
        expect(await next(session)).toBeUndefined();
      });

      test('when their user signs out, and no others', async () => {
        const { access, signIn, next } = await withUser();
        const [one, two] = [await signIn('ada@example.com'), await signIn('ada@example.com')];
        await access.signOut(one.identity);
        expect(await next(one)).toBeUndefined();
        expect(await next(two)).toBeDefined();
      });

      test('when the same browser signs in again', async () => {
        const { access, signIn, next } = await withUser();
        const old = await signIn('ada@example.com');
        const replaces = old.identity.sessionId;
        const fresh = await access.signIn(
          { email: 'ada@example.com', password: goodPassword, replaces },
          here,
        );
        if ('step' in fresh) throw new Error('nobody asked for a second factor');
        expect(fresh.token).not.toBe(old.token);
        expect(await next(old)).toBeUndefined();
        expect(await next(fresh)).toBeDefined();
      });
    });

    test('are listed with where they are from, and ended one by one', async () => {
      const { access, signIn, next } = await withUser();
      const one = await signIn('ada@example.com');
      const two = await signIn('ada@example.com', { ...from('192.0.2.2'), device: 'Phone\u0000' });
      const list = await access.sessions.list(one.identity, { limit: 10 });
      expect(list.items.map(({ current, address, device }) => [current, address, device])).toEqual([
        [true, '192.0.2.1', 'Test browser'],
        [false, '192.0.2.2', 'Phone'],
      ]);
      await access.sessions.end(one.identity, two.identity.sessionId ?? '');
      expect(await next(two)).toBeUndefined();
      expect(await next(one)).toBeDefined();
    });

    test('of somebody else are unknown', async () => {
      const { access, signIn, next } = await withUser();
      const root = await signIn('root@example.com');
      const ada = await signIn('ada@example.com');
      await expect(access.sessions.end(root.identity, ada.identity.sessionId ?? '')).rejects.toMatchObject({
        code: 'not_found',
      });
      expect(await next(ada)).toBeDefined();
    });

    test('note activity at most once a minute', async () => {
      const { access, clock, signIn, next } = await withUser();
      const session = await signIn('ada@example.com');
      const start = clock.now();
      const seen = async () =>
        ((await access.sessions.list(session.identity, { limit: 1 })).items[0]?.lastSeenAt ?? 0) - start;
      await clock.advance(minute - 1);
      await next(session);
      expect(await seen()).toBe(0);
      await clock.advance(1);
      await next(session);
      expect(await seen()).toBe(minute);
    });

    test('and tokens of a disabled user are worth nothing even while their rows are there', async () => {
      const state = await open();
      const { access, signIn, addUser, next } = await openAccess(state);
      await addUser('ada@example.com', 'viewer');
      const session = await signIn('ada@example.com');
      const ask = { name: 'ci', permissions: ['alert.read'] as const, expiresInDays: 1 };
      const { token } = await access.tokens.create(session.identity, ask);
      const disable = (value: number) => sql`update access_user set disabled = ${value}`.execute(state.write);
      await disable(1);
      expect(await next(session)).toBeUndefined();
      expect(await access.byApiToken(token, here)).toBeUndefined();
      await disable(0);
      expect(await next(session)).toBeDefined();
      expect(await access.byApiToken(token, here)).toBeDefined();
    });

    test('are not opened by a token that is unknown, altered, empty or huge', async () => {
      const { access, signIn } = await withUser();
      const { token } = await signIn('ada@example.com');
      const altered = `${token.startsWith('A') ? 'B' : 'A'}${token.slice(1)}`;
      for (const text of ['', altered, token.toLowerCase(), ` ${token}`, 'x'.repeat(100_000)]) {
        expect(await access.bySession(text, here)).toBeUndefined();
      }
      expect(await access.byApiToken(token, here)).toBeUndefined();
    });

    test('that ended are removed by pruning, and live ones stay', async () => {
      const { access, clock, signIn, next } = await withUser();
      await signIn('ada@example.com');
      await clock.advance(61 * minute);
      const live = await signIn('ada@example.com');
      expect(await access.prune()).toBe(1);
      expect(await next(live)).toBeDefined();
    });

    test('all end when the password changes, and a new one starts', async () => {
      const { access, signIn, next } = await withUser();
      const [one, two] = [await signIn('ada@example.com'), await signIn('ada@example.com')];
      const change = { current: goodPassword, password: 'copper walnut drifting moss' };
      const fresh = await access.changePassword(one.identity, change, here);
      expect(await next(one)).toBeUndefined();
      expect(await next(two)).toBeUndefined();
      expect(await next(fresh)).toMatchObject({ email: 'ada@example.com' });
      await expect(signIn('ada@example.com')).rejects.toMatchObject(signInFailed);
      await expect(signIn('ada@example.com', here, change.password)).resolves.toBeDefined();
    });

    test('an open session does not change the password without the present one, nor guess it for long', async () => {
      const { access, signIn } = await withUser();
      const session = await signIn('ada@example.com');
      const change = (current: string, password: string) =>
        refusal(access.changePassword(session.identity, { current, password }, here));
      expect(await change(goodPassword, 'password1234')).toMatchObject({ fields: [{ field: 'password' }] });
      expect(await change(goodPassword, goodPassword)).toMatchObject({ fields: [{ field: 'password' }] });
      for (let count = 0; count < 5; count += 1) {
        expect(await change(wrong, 'copper walnut drifting moss')).toMatchObject({
          fields: [{ field: 'current' }],
        });
      }
      expect(await change(goodPassword, 'copper walnut drifting moss')).toMatchObject({
        code: 'rate_limited',
      });
    });
  });
});
