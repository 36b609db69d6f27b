import { sql } from 'kysely';
import { describe, expect, test } from 'vitest';
import { describeOnBothStores } from '../../test/stores.ts';
import type { State } from '../storage/state/state.ts';
import { goodPassword, here, openAccess } from './access-fixture.ts';

const day = 86_400_000;
const person = (email: string) => ({ email, name: 'Somebody Else', password: goodPassword });

/** Everything that State holds, as text: every row of every table. */
async function dump(state: State): Promise<string> {
  const tables =
    state.dialect === 'sqlite'
      ? sql<{ name: string }>`select name from sqlite_master where type = 'table'`
      : sql<{ name: string }>`select tablename as name from pg_tables where schemaname = 'public'`;
  let text = '';
  for (const { name } of (await tables.execute(state.read)).rows) {
    text += `${name} ${JSON.stringify((await sql`select * from ${sql.table(name)}`.execute(state.read)).rows)}\n`;
  }
  return text;
}

describeOnBothStores('accounts', (open) => {
  describe('users', () => {
    async function withStaff() {
      const fixture = await openAccess(await open());
      const rootId = await fixture.addUser('root@example.com', 'super-admin');
      const adminId = await fixture.addUser('admin@example.com', 'admin');
      const root = (await fixture.signIn('root@example.com')).identity;
      const admin = (await fixture.signIn('admin@example.com')).identity;
      return { ...fixture, rootId, adminId, root, admin };
    }

    test('are created once per address, without showing a password hash', async () => {
      const { access, admin, signIn } = await withStaff();
      const made = await access.users.create({ ...person('vic@example.com'), role: 'viewer' }, admin);
      expect(made).toMatchObject({ email: 'vic@example.com', role: 'viewer', disabled: false });
      expect(Object.keys(made).toSorted()).toEqual([
        'createdAt',
        'disabled',
        'email',
        'id',
        'lastSignInAt',
        'name',
        'role',
      ]);
      await expect(
        access.users.create({ ...person('vic@example.com'), role: 'viewer' }, admin),
      ).rejects.toMatchObject({ code: 'conflict', fields: [{ field: 'email' }] });
      await expect(signIn('vic@example.com')).resolves.toBeDefined();
    });

    test('a password that an administrator chose opens nothing but the choice of another one', async () => {
      const { access, admin, signIn, next } = await withStaff();
      await access.users.create({ ...person('vic@example.com'), role: 'viewer' }, admin);
      const session = await signIn('vic@example.com');
      expect(session.identity).toMatchObject({ restricted: 'password', permissions: new Set() });
      expect(await access.factors.standing(session.identity)).toMatchObject({
        mustChangePassword: true,
        secondFactor: { restricted: false },
      });
      const change = { current: goodPassword, password: 'copper walnut drifting moss' };
      const own = await access.changePassword(session.identity, change, here);
      expect(await next(own)).not.toHaveProperty('restricted');
      expect(own.identity.permissions.size).toBeGreaterThan(0);
      const { identity } = await signIn('vic@example.com', here, change.password);
      expect(identity).not.toHaveProperty('restricted');
    });

    test('nobody gives a role with more than they have', async () => {
      const { access, admin, root } = await withStaff();
      for (const role of ['super-admin', 'investigator', 'senior-analyst', 'analyst'] as const) {
        await expect(
          access.users.create({ ...person(`${role}@example.com`), role }, admin),
        ).rejects.toMatchObject({ code: 'forbidden', status: 403 });
      }
      const vic = await access.users.create({ ...person('vic@example.com'), role: 'viewer' }, admin);
      await expect(access.users.update(vic.id, { role: 'super-admin' }, admin)).rejects.toMatchObject({
        code: 'forbidden',
      });
      await expect(access.users.update(admin.userId, { role: 'super-admin' }, admin)).rejects.toMatchObject({
        code: 'forbidden',
      });
      await expect(access.users.update(vic.id, { role: 'investigator' }, root)).resolves.toBeDefined();
      expect((await access.users.list({ limit: 50 })).items).toHaveLength(3);
    });

    test('an administrator cannot touch a super administrator in any way', async () => {
      const { access, admin, rootId, addUser } = await withStaff();
      await addUser('second@example.com', 'super-admin');
      for (const change of [{ disabled: true }, { role: 'viewer' as const }, { name: 'Nobody' }]) {
        await expect(access.users.update(rootId, change, admin)).rejects.toMatchObject({ code: 'forbidden' });
      }
    });

    test('an administrator disables an investigator at once, and only a super administrator re-enables one', async () => {
      const { access, admin, root, addUser } = await withStaff();
      const id = await addUser('ina@example.com', 'investigator');
      await expect(access.users.update(id, { disabled: true }, admin)).resolves.toMatchObject({
        disabled: true,
      });
      await expect(access.users.update(id, { disabled: false }, admin)).rejects.toMatchObject({
        code: 'forbidden',
      });
      await expect(access.users.update(id, { disabled: false }, root)).resolves.toMatchObject({
        disabled: false,
      });
    });

    test('the last enabled super administrator is neither disabled nor demoted', async () => {
      const { access, root, rootId, addUser, signIn } = await withStaff();
      const last = { code: 'conflict', status: 409 };
      await expect(access.users.update(rootId, { disabled: true }, root)).rejects.toMatchObject(last);
      await expect(access.users.update(rootId, { role: 'viewer' }, root)).rejects.toMatchObject(last);
      const second = await addUser('second@example.com', 'super-admin');
      await access.users.update(second, { disabled: true }, root);
      await expect(access.users.update(rootId, { role: 'viewer' }, root)).rejects.toMatchObject(last);
      await access.users.update(second, { disabled: false }, root);
      await expect(access.users.update(rootId, { role: 'viewer' }, root)).resolves.toBeDefined();
      const left = (await signIn('second@example.com')).identity;
      await expect(access.users.update(second, { disabled: true }, left)).rejects.toMatchObject(last);
    });

    test('two super administrators who disable each other at the same time leave one', async () => {
      const state = await open();
      const { access, addUser, signIn } = await openAccess(state);
      const ids = [
        await addUser('root@example.com', 'super-admin'),
        await addUser('second@example.com', 'super-admin'),
      ];
      const root = (await signIn('root@example.com')).identity;
      const second = (await signIn('second@example.com')).identity;
      // More than one round, since the two must meet; connections are open from the first on.
      for (let round = 0; round < 25; round += 1) {
        await sql`update access_user set disabled = 0`.execute(state.write);
        const results = await Promise.allSettled([
          access.users.update(ids[1] ?? '', { disabled: true }, root),
          access.users.update(ids[0] ?? '', { disabled: true }, second),
        ]);
        expect(results.map(({ status }) => status).toSorted()).toEqual(['fulfilled', 'rejected']);
      }
    });

    test('an unknown user is not found, and a refused change changes nothing', async () => {
      const { access, root, rootId } = await withStaff();
      await expect(access.users.update('usr_none', { name: 'X' }, root)).rejects.toMatchObject({
        code: 'not_found',
      });
      await expect(
        access.users.update(rootId, { name: 'Changed', role: 'viewer' }, root),
      ).rejects.toBeDefined();
      const { items } = await access.users.list({ limit: 50 });
      expect(items.find(({ id }) => id === rootId)).toMatchObject({
        name: 'Somebody Else',
        role: 'super-admin',
      });
    });

    test('are listed page by page, each once', async () => {
      const { access, addUser, clock } = await withStaff();
      for (let count = 0; count < 5; count += 1) {
        await clock.advance(1);
        await addUser(`user${count}@example.com`, 'viewer');
      }
      const seen: string[] = [];
      let cursor: string | undefined;
      for (let page = 0; page < 10; page += 1) {
        const { items, nextCursor } = await access.users.list({ cursor, limit: 3 });
        expect(items.length).toBeLessThanOrEqual(3);
        seen.push(...items.map(({ email }) => email));
        if (nextCursor === null) break;
        cursor = nextCursor;
      }
      expect(new Set(seen).size).toBe(7);
      expect(seen).toHaveLength(7);
    });

    test('an operator on the host makes any of them, on record as such', async () => {
      const { events, addUser } = await withStaff();
      const id = await addUser('ida@example.com', 'super-admin');
      expect(events.at(-1)).toMatchObject({
        action: 'user.create',
        actor: { type: 'system', id: 'host-operator' },
        target: { type: 'user', id },
        outcome: 'succeeded',
      });
    });

    test('roles are read from the store and brought up to date at start', async () => {
      const state = await open();
      const { access, addUser, signIn, next } = await openAccess(state);
      await addUser('vic@example.com', 'viewer');
      const session = await signIn('vic@example.com');
      const setViewer = (permissions: string[]) =>
        sql`update access_role set permissions = ${JSON.stringify(permissions)} where name = 'viewer'`.execute(
          state.write,
        );
      await setViewer(['dashboard.read', 'permission.of-a-later-version']);
      expect([...((await next(session))?.permissions ?? [])]).toEqual(['dashboard.read']);
      await access.start();
      expect((await next(session))?.permissions.has('alert.read')).toBe(true);
      expect((await access.roles.list()).items).toHaveLength(7);
    });
  });

  describe('API tokens', () => {
    async function withOwner(role: 'analyst' | 'admin' = 'analyst') {
      const fixture = await openAccess(await open());
      await fixture.addUser('root@example.com', 'super-admin');
      await fixture.addUser('ada@example.com', role);
      const root = (await fixture.signIn('root@example.com')).identity;
      const ada = (await fixture.signIn('ada@example.com')).identity;
      return { ...fixture, root, ada };
    }

    test('are shown once and carry their own permissions only', async () => {
      const { access, ada } = await withOwner();
      const { token, ...view } = await access.tokens.create(ada, {
        name: 'ci',
        permissions: ['alert.read', 'probe.run'],
        expiresInDays: 30,
      });
      expect(token).toMatch(/^custos_[\w-]{43}$/);
      expect(token.startsWith(view.hint)).toBe(true);
      expect(view.hint.length).toBeLessThan(12);
      const identity = await access.byApiToken(token, here);
      expect(identity).toMatchObject({
        kind: 'token',
        userId: ada.userId,
        tokenId: view.id,
        sessionId: null,
      });
      expect([...(identity?.permissions ?? [])]).toEqual(['alert.read', 'probe.run']);
      const { items } = await access.tokens.list(ada, { limit: 10 });
      expect(JSON.stringify(items)).not.toContain(token);
      expect(items).toHaveLength(1);
    });

    test('shrink with their owner on the next request', async () => {
      const { access, root, ada } = await withOwner();
      const { token } = await access.tokens.create(ada, {
        name: 'ci',
        permissions: ['alert.read', 'alert.acknowledge'],
        expiresInDays: 30,
      });
      await access.users.update(ada.userId, { role: 'viewer' }, root);
      expect([...((await access.byApiToken(token, here))?.permissions ?? [])]).toEqual(['alert.read']);
    });

    test('end after their days, and never live beyond a year', async () => {
      const { access, clock, ada } = await withOwner();
      const make = (expiresInDays: number) =>
        access.tokens.create(ada, { name: 'ci', permissions: ['alert.read'], expiresInDays });
      const { token } = await make(365);
      for (const days of [0, -1, 366, 1.5, Number.NaN, Number.POSITIVE_INFINITY]) {
        await expect(make(days)).rejects.toMatchObject({ fields: [{ field: 'expiresInDays' }] });
      }
      await clock.advance(365 * day - 1);
      expect(await access.byApiToken(token, here)).toBeDefined();
      await clock.advance(1);
      expect(await access.byApiToken(token, here)).toBeUndefined();
    });

    test('cannot be given what their maker lacks, and cannot make tokens or change passwords', async () => {
      const { access, ada } = await withOwner();
      const ask = { name: 'ci', permissions: ['user.manage', 'alert.read'] as const, expiresInDays: 1 };
      await expect(access.tokens.create(ada, ask)).rejects.toMatchObject({
        code: 'invalid_input',
        fields: [{ field: 'permissions', message: expect.stringContaining('user.manage') }],
      });
      const { token } = await access.tokens.create(ada, {
        name: 'ci',
        permissions: ['token.own', 'alert.read'],
        expiresInDays: 1,
      });
      const program = await access.byApiToken(token, here);
      if (program === undefined) throw new Error('the token should work');
      const forbidden = { code: 'forbidden', status: 403 };
      await expect(
        access.tokens.create(program, { name: 'more', permissions: ['alert.read'], expiresInDays: 365 }),
      ).rejects.toMatchObject(forbidden);
      await expect(
        access.changePassword(program, { current: goodPassword, password: 'copper walnut drifting' }, here),
      ).rejects.toMatchObject(forbidden);
      await expect(access.sessions.list(program, { limit: 1 })).rejects.toMatchObject(forbidden);
      await expect(access.signOut(program)).rejects.toMatchObject(forbidden);
    });

    test('are revoked by their owner or a manager of tokens, and unknown to others', async () => {
      const { access, root, ada, addUser, signIn } = await withOwner();
      const make = (name: string) =>
        access.tokens.create(ada, { name, permissions: ['alert.read'], expiresInDays: 1 });
      const [one, two] = [await make('one'), await make('two')];
      await addUser('eve@example.com', 'analyst');
      const eve = (await signIn('eve@example.com')).identity;
      expect((await access.tokens.list(eve, { limit: 10 })).items).toEqual([]);
      await expect(access.tokens.revoke(eve, one.id)).rejects.toMatchObject({ code: 'not_found' });
      await access.tokens.revoke(ada, one.id);
      expect(await access.byApiToken(one.token, here)).toBeUndefined();
      expect(await access.byApiToken(two.token, here)).toBeDefined();
      expect((await access.tokens.list(root, { limit: 10 })).items.map(({ name }) => name)).toEqual(['two']);
      await access.tokens.revoke(root, two.id);
      expect(await access.byApiToken(two.token, here)).toBeUndefined();
      await expect(access.tokens.revoke(root, two.id)).rejects.toMatchObject({ code: 'not_found' });
    });

    test('note their use at most once a minute', async () => {
      const { access, clock, ada } = await withOwner();
      const { token } = await access.tokens.create(ada, {
        name: 'ci',
        permissions: ['alert.read'],
        expiresInDays: 1,
      });
      const used = async () => (await access.tokens.list(ada, { limit: 1 })).items[0]?.lastUsedAt;
      expect(await used()).toBeNull();
      const first = clock.now();
      await access.byApiToken(token, here);
      expect(await used()).toBe(first);
      await clock.advance(59_999);
      await access.byApiToken(token, here);
      expect(await used()).toBe(first);
      await clock.advance(1);
      await access.byApiToken(token, here);
      expect(await used()).toBe(first + 60_000);
    });
  });

  describe('secrets at rest', () => {
    test('no password, session, API token or set-up token is in any table', async () => {
      const state = await open();
      const { access, signIn, addUser } = await openAccess(state);
      const setup = (await access.beginSetup())?.token ?? '';
      const afterBegin = await dump(state);
      const root = await access.completeSetup(
        { token: setup, email: 'ada@example.com', name: 'Ada', password: goodPassword },
        here,
      );
      await addUser('vic@example.com', 'viewer', 'copper walnut drifting moss');
      const session = await signIn('vic@example.com', here, 'copper walnut drifting moss');
      const typed = 'typed into the wrong field';
      await signIn(typed, here, 'another wrong password').catch(() => undefined);
      const made = await access.tokens.create(root.identity, {
        name: 'ci',
        permissions: ['alert.read'],
        expiresInDays: 1,
      });
      const everything = afterBegin + (await dump(state));

      // The search itself works: what is meant to be there is found.
      for (const present of ['vic@example.com', made.hint, '$argon2id$', session.identity.sessionId ?? '?']) {
        expect(everything).toContain(present);
      }
      const secrets = [setup, root.token, session.token, made.token, made.token.slice('custos_'.length)];
      const passwords = [goodPassword, 'copper walnut drifting moss', typed, 'another wrong password'];
      for (const secret of [...secrets, ...passwords]) {
        expect(secret.length).toBeGreaterThan(10);
        expect(everything.includes(secret), 'plain text in a table').toBe(false);
        expect(everything.includes(Buffer.from(secret).toString('base64')), 'base 64 in a table').toBe(false);
        expect(everything.includes(Buffer.from(secret).toString('hex')), 'hex in a table').toBe(false);
      }
    });
  });
});
