import { describe, expect, test } from 'vitest';
import { describeOnBothStores } from '../../../test/stores.ts';
import { cheapHashes, from, goodPassword, here, openAccess } from '../access-fixture.ts';
import { createAuthenticator } from '../factors/authenticator-fixture.ts';

const minute = 60_000;
const another = 'copper walnut drifting moss';

describeOnBothStores('links', (open) => {
  async function world() {
    const fixture = await openAccess(await open());
    await fixture.addUser('adm@example.com', 'admin');
    const { identity: admin } = await fixture.signIn('adm@example.com');
    const tokenOf = (kind: string): string => {
      const found = fixture.told.findLast(({ message }) => message.kind === kind)?.message.url ?? '';
      return found.split('#token=')[1] ?? '';
    };
    return { ...fixture, admin, tokenOf };
  }
  const invalid = { code: 'token_invalid', status: 403 };

  describe('an invitation', () => {
    test('lets its person choose the password, once, and nobody else ever sees it', async () => {
      const { access, admin, told, tokenOf, signIn } = await world();
      const user = await access.links.invite(
        { email: 'vic@example.com', name: 'Vic', role: 'viewer' },
        admin,
      );
      expect(told).toMatchObject([{ email: 'vic@example.com', message: { kind: 'invitation' } }]);
      expect(told[0]?.message.url).toMatch(/^https:\/\/custos\.example\/invitation#token=[\w-]{43}$/);
      const token = tokenOf('invitation');
      expect(JSON.stringify(user)).not.toContain(token);
      await expect(signIn('vic@example.com')).rejects.toMatchObject({ code: 'sign_in_failed' });
      expect(await access.links.look(token)).toMatchObject({ kind: 'invitation', email: 'vic@example.com' });
      await expect(access.links.use(token, 'password1234', here)).rejects.toMatchObject({
        code: 'invalid_input',
      });
      await access.links.use(token, another, here);
      await expect(signIn('vic@example.com', here, another)).resolves.toMatchObject({
        identity: { role: 'viewer' },
      });
      await expect(access.links.use(token, goodPassword, here)).rejects.toMatchObject(invalid);
      await expect(access.links.look(token)).rejects.toMatchObject(invalid);
    });

    test('is not made for more than one has oneself', async () => {
      const { access, admin, told } = await world();
      await expect(
        access.links.invite({ email: 'vic@example.com', name: 'Vic', role: 'super-admin' }, admin),
      ).rejects.toMatchObject({ code: 'forbidden' });
      expect(told).toEqual([]);
    });

    test('fifty parallel uses of one: one chooses the password', async () => {
      const { access, admin, tokenOf } = await world();
      await access.links.invite({ email: 'vic@example.com', name: 'Vic', role: 'viewer' }, admin);
      const token = tokenOf('invitation');
      const results = await Promise.allSettled(
        Array.from({ length: 50 }, (_, index) => access.links.use(token, `${another} ${index}`, here)),
      );
      const winners = results.flatMap(({ status }, index) => (status === 'fulfilled' ? [index] : []));
      expect(winners).toHaveLength(1);
      await expect(
        access.signIn(
          { email: 'vic@example.com', password: `${another} ${winners[0]}`, replaces: null },
          here,
        ),
      ).resolves.toBeDefined();
    });

    test('that cannot be sent leaves a user who can be sent another, and no link that works', async () => {
      const { access, admin, tellFails, tokenOf } = await world();
      tellFails.now = true;
      const request = { email: 'vic@example.com', name: 'Vic', role: 'viewer' } as const;
      await expect(access.links.invite(request, admin)).rejects.toThrow('mail server');
      tellFails.now = false;
      const { items } = await access.users.list({ limit: 10 });
      const id = items.find(({ email }) => email === 'vic@example.com')?.id ?? '';
      await access.links.sendTo(id, admin);
      expect((await access.links.look(tokenOf('invitation'))).email).toBe('vic@example.com');
    });
  });

  describe('a reset', () => {
    test('is started by an administrator, ends every session, and keeps the second factor', async () => {
      const { access, admin, addUser, signIn, next, tokenOf, told } = await world();
      const id = await addUser('ada@example.com', 'viewer');
      const key = createAuthenticator({ id: 'custos.example', origin: 'https://custos.example' });
      const first = await signIn('ada@example.com');
      const { ticket, options } = await access.factors.beginPasskey(first.identity, here);
      const response = key.create(options);
      const session = await access.factors.addPasskey(
        first.identity,
        { ticket, name: 'Key', response },
        here,
      );
      await access.links.sendTo(id, admin);
      expect(await next(session)).toBeDefined();
      await access.links.use(tokenOf('reset'), another, here);
      expect(await next(session)).toBeUndefined();
      expect(told.at(-1)).toMatchObject({ email: 'ada@example.com', message: { kind: 'password-changed' } });
      const step = await access.signIn(
        { email: 'ada@example.com', password: another, replaces: null, deviceToken: first.deviceToken },
        here,
      );
      expect(step).toMatchObject({ step: 'second-factor', methods: ['passkey', 'recovery-code'] });
    });

    test('that somebody asks for says nothing, and reaches only a mailbox that has an account', async () => {
      const { access, addUser, told, tokenOf, events } = await world();
      await addUser('ada@example.com', 'viewer');
      expect(access.links.ask('nobody@example.com', here)).toBeUndefined();
      expect(access.links.ask('ada@example.com', here)).toBeUndefined();
      await access.links.settled();
      expect(told.map(({ email }) => email)).toEqual(['ada@example.com']);
      expect(
        events
          .filter(({ action }) => action === 'password.reset')
          .map(({ outcome }) => outcome)
          .toSorted(),
      ).toEqual(['attempted', 'denied']);
      await access.links.use(tokenOf('reset'), another, here);
      expect(JSON.stringify(events)).not.toContain(tokenOf('reset'));
    });

    test('comes three times an hour at most, and the newest link alone works', async () => {
      const { access, addUser, told, tokenOf, clock } = await world();
      await addUser('ada@example.com', 'viewer');
      const ask = async () => {
        access.links.ask('ada@example.com', from('198.51.100.1'));
        await access.links.settled();
      };
      await ask();
      const old = tokenOf('reset');
      for (let count = 0; count < 5; count += 1) await ask();
      expect(told).toHaveLength(3);
      await expect(access.links.look(old)).rejects.toMatchObject(invalid);
      const newest = tokenOf('reset');
      await clock.advance(60 * minute);
      await expect(access.links.use(newest, another, here)).rejects.toMatchObject(invalid);
      await ask();
      expect(told).toHaveLength(4);
    });

    test('fifty parallel uses of one: one counts', async () => {
      const { access, addUser, tokenOf } = await world();
      await addUser('ada@example.com', 'viewer');
      access.links.ask('ada@example.com', here);
      await access.links.settled();
      const token = tokenOf('reset');
      const results = await Promise.allSettled(
        Array.from({ length: 50 }, () => access.links.use(token, another, here)),
      );
      expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    });

    test('opens an account that is locked, and is nothing to one that is disabled', async () => {
      const { access, admin, addUser, signIn, tokenOf } = await world();
      const id = await addUser('ada@example.com', 'viewer');
      for (let count = 0; count < 5; count += 1) {
        await signIn('ada@example.com', from('198.51.100.1'), 'wrong').catch(() => undefined);
      }
      await access.links.sendTo(id, admin);
      await access.links.use(tokenOf('reset'), another, here);
      await expect(signIn('ada@example.com', here, another)).resolves.toBeDefined();
      await access.links.sendTo(id, admin);
      const token = tokenOf('reset');
      await access.users.update(id, { disabled: true }, admin);
      await expect(access.links.use(token, goodPassword, here)).rejects.toMatchObject(invalid);
      await expect(access.links.sendTo(id, admin)).rejects.toMatchObject({ code: 'conflict' });
    });

    test('is refused to an administrator for somebody with more', async () => {
      const { access, admin, addUser, told } = await world();
      const id = await addUser('root@example.com', 'super-admin');
      await expect(access.links.sendTo(id, admin)).rejects.toMatchObject({ code: 'forbidden' });
      await expect(access.links.sendTo('usr_none', admin)).rejects.toMatchObject({ code: 'not_found' });
      expect(told).toEqual([]);
    });
  });

  test('the operator on the host hands a link over without any mail', async () => {
    const { access, signIn } = await openAccess(await open(), { hashCost: cheapHashes });
    const request = { email: 'vic@example.com', name: 'Vic', role: 'admin' } as const;
    const link = (await access.operator.invite(request, 'http://127.0.0.1:4600/')) ?? '';
    const [page, token = ''] = link.split('#token=');
    expect(page).toBe('http://127.0.0.1:4600/invitation');
    await access.links.use(token, another, here);
    await expect(signIn('vic@example.com', here, another)).resolves.toBeDefined();
    expect(await access.operator.resetLink('nobody@example.com', 'http://x')).toBeUndefined();
    expect(await access.operator.resetLink('vic@example.com', 'http://x')).toContain('http://x/reset#token=');
  });

  test('the operator on the host disables an account and enables it, but for the last of its kind', async () => {
    const { access, addUser, signIn, next, events } = await openAccess(await open());
    await addUser('root@example.com', 'super-admin');
    await addUser('ada@example.com', 'viewer');
    const session = await signIn('ada@example.com');
    expect(await access.operator.setDisabled('Ada@Example.com', true)).toBe(true);
    expect(events.at(-1)).toMatchObject({ action: 'user.disable', actor: { id: 'host-operator' } });
    expect(await next(session)).toBeUndefined();
    expect(await access.operator.setDisabled('ada@example.com', false)).toBe(true);
    await expect(signIn('ada@example.com')).resolves.toBeDefined();
    expect(await access.operator.setDisabled('nobody@example.com', true)).toBe(false);
    await expect(access.operator.setDisabled('root@example.com', true)).rejects.toMatchObject({
      code: 'conflict',
    });
  });
});
