import { describe, expect, test } from 'vitest';
import { describeOnBothStores } from '../../test/stores.ts';
import { cheapHashes, from, goodPassword, here, openAccess } from './access-fixture.ts';
import type { SignedIn } from './types.ts';

const minute = 60_000;
const wrong = 'not the password at all';

describeOnBothStores('what stands between a stranger and an account', (open) => {
  describe('a known device', () => {
    async function locked() {
      const fixture = await openAccess(await open());
      const { access, addUser, signIn } = fixture;
      await addUser('ada@example.com', 'viewer');
      const session = await signIn('ada@example.com');
      const deviceToken = session.deviceToken ?? '';
      for (let count = 0; count < 6; count += 1) {
        await signIn('ada@example.com', from(`198.51.100.${count}`), wrong).catch(() => undefined);
      }
      const enter = (password: string, token = deviceToken, email = 'ada@example.com') =>
        access.signIn({ email, password, replaces: null, deviceToken: token }, here);
      return { ...fixture, enter, deviceToken };
    }
    const refused = { code: 'sign_in_failed', status: 401 };

    test('passes the lock of its account, so no stranger can lock its owner out', async () => {
      const { enter, signIn } = await locked();
      await expect(signIn('ada@example.com')).rejects.toMatchObject(refused);
      const outcome = await enter(goodPassword);
      expect('deviceToken' in outcome).toBe(false);
    });

    test('has five tries of its own and does not open the account for others', async () => {
      const { enter, signIn } = await locked();
      for (let count = 0; count < 5; count += 1) await expect(enter(wrong)).rejects.toMatchObject(refused);
      await expect(enter(goodPassword)).rejects.toMatchObject(refused);
      await expect(signIn('ada@example.com', from('203.0.113.9'))).rejects.toMatchObject(refused);
    });

    test('is known for one account only, for 90 days, until it is forgotten', async () => {
      const { access, addUser, enter, deviceToken, signIn, clock } = await locked();
      await addUser('eve@example.com', 'viewer');
      for (let count = 0; count < 5; count += 1) {
        await signIn('eve@example.com', from(`198.51.101.${count}`), wrong).catch(() => undefined);
      }
      await expect(enter(goodPassword, deviceToken, 'eve@example.com')).rejects.toMatchObject(refused);
      await expect(enter(goodPassword, 'x'.repeat(43))).rejects.toMatchObject(refused);
      const mine = (await enter(goodPassword)) as SignedIn;
      await access.factors.forgetDevices(mine.identity);
      await expect(enter(goodPassword)).rejects.toMatchObject(refused);
      await clock.advance(60 * minute);
      const again = (await enter(goodPassword)) as SignedIn;
      expect(again.deviceToken).toMatch(/^[\w-]{43}$/);
    });

    test('a sign-in in another browser is told to its owner, the first one is not', async () => {
      const { told, signIn, clock } = await locked();
      expect(told.map(({ message }) => message.kind)).toEqual(['account-locked']);
      await clock.advance(60 * minute);
      await signIn('ada@example.com');
      expect(told.map(({ message }) => message.kind)).toEqual(['account-locked', 'new-device']);
    });
  });

  test('a lock is raised once, with the account’s id, and told to its owner', async () => {
    const { addUser, signIn, raised, told } = await openAccess(await open());
    const id = await addUser('ada@example.com', 'viewer');
    for (let count = 0; count < 8; count += 1) {
      await signIn('ada@example.com', here, wrong).catch(() => undefined);
    }
    expect(raised.filter(({ kind }) => kind === 'account-locked')).toEqual([
      { kind: 'account-locked', userId: id, at: expect.any(Number) },
    ]);
    expect(told).toHaveLength(1);
  });

  describe('a spray', () => {
    test('over 20 accounts from one network raises one alarm an hour, on record', async () => {
      const { signIn, raised, events, clock } = await openAccess(await open());
      const spray = async (accounts: number, first = 0) => {
        for (let index = first; index < first + accounts; index += 1) {
          for (const _try of [1, 2]) {
            const source = from(`192.0.2.${index % 100}`);
            await signIn(`user${index}@example.com`, source, wrong).catch(() => undefined);
          }
        }
      };
      const sprays = () => raised.filter(({ kind }) => kind === 'spray');
      await spray(19);
      expect(sprays()).toEqual([]);
      await spray(21, 19);
      expect(sprays()).toEqual([
        { kind: 'spray', network: '192.0.2.0/24', accounts: 20, at: expect.any(Number) },
      ]);
      expect(events.filter(({ action }) => action === 'spray.notice')).toMatchObject([
        { target: { type: 'network', id: '192.0.2.0/24' }, details: { accounts: 20 } },
      ]);
      await clock.advance(60 * minute);
      await spray(20, 100);
      expect(sprays()).toHaveLength(2);
    });

    test('from everywhere over 100 accounts raises one too', async () => {
      const { signIn, raised } = await openAccess(await open());
      for (let index = 0; index < 100; index += 1) {
        await signIn(`user${index}@example.com`, from(`10.${index}.0.1`), wrong).catch(() => undefined);
      }
      expect(raised).toEqual([
        { kind: 'spray', network: 'everywhere', accounts: 100, at: expect.any(Number) },
      ]);
    });
  });

  test('a locked account answers in the time that a wrong password takes', async () => {
    const slow = { memoryKib: 19_456, passes: 2, lanes: 1 };
    const { signIn, addUser } = await openAccess(await open(), { hashCost: slow });
    await addUser('ada@example.com', 'viewer');
    const time = async (email: string, address: string) => {
      const begun = performance.now();
      await signIn(email, from(address), wrong).catch(() => undefined);
      return performance.now() - begun;
    };
    const median = (list: readonly number[]) =>
      list.toSorted((a, b) => a - b)[Math.floor(list.length / 2)] ?? 0;
    const unlocked: number[] = [];
    for (let index = 0; index < 9; index += 1)
      unlocked.push(await time(`u${index}@example.com`, `10.0.${index}.1`));
    for (let index = 0; index < 5; index += 1) await time('ada@example.com', `10.1.${index}.1`);
    const lockedTimes: number[] = [];
    for (let index = 0; index < 9; index += 1)
      lockedTimes.push(await time('ada@example.com', `10.2.${index}.1`));
    // A lock that is answered at once takes a hundredth; the host may be busy, so the bounds are wide.
    expect(median(lockedTimes)).toBeGreaterThan(median(unlocked) / 3);
    expect(median(lockedTimes)).toBeLessThan(median(unlocked) * 3);
  });

  describe('sessions at a time', () => {
    test.each([
      ['viewer', 3],
      ['admin', 2],
      ['super-admin', 1],
    ] as const)('a %s has %i; a further one ends the oldest, with notice', async (role, most) => {
      const { addUser, signIn, next, told, clock } = await openAccess(await open());
      await addUser('ada@example.com', role);
      const sessions: SignedIn[] = [];
      for (let count = 0; count <= most; count += 1) {
        sessions.push(await signIn('ada@example.com'));
        await clock.advance(1);
      }
      expect(await next(sessions[0] as SignedIn)).toBeUndefined();
      for (const session of sessions.slice(1)) expect(await next(session)).toBeDefined();
      expect(told.filter(({ message }) => message.kind === 'session-limit')).toHaveLength(1);
    });

    test('fifty parallel sign-ins leave three sessions', async () => {
      const fixture = await openAccess(await open(), { hashCost: cheapHashes, parallelHashes: 4 });
      const { access, addUser, signIn, next } = fixture;
      await addUser('ada@example.com', 'viewer');
      const first = await signIn('ada@example.com');
      const attempts = await Promise.allSettled(
        Array.from({ length: 50 }, (_, index) =>
          access.signIn(
            {
              email: 'ada@example.com',
              password: goodPassword,
              replaces: null,
              deviceToken: first.deviceToken,
            },
            from(`10.0.${index}.1`),
          ),
        ),
      );
      const entered = attempts.flatMap((one) =>
        one.status === 'fulfilled' && 'token' in one.value ? [one.value] : [],
      );
      expect(entered.length).toBeGreaterThan(3);
      const alive = await Promise.all([first, ...entered].map(next));
      expect(alive.filter((identity) => identity !== undefined)).toHaveLength(3);
      const present = alive.find((identity) => identity !== undefined);
      if (present === undefined) throw new Error('nobody is in');
      expect((await access.sessions.list(present, { limit: 10 })).items).toHaveLength(3);
    });

    test('one ends all the others, and an administrator ends somebody’s', async () => {
      const { access, addUser, signIn, next, told } = await openAccess(await open());
      const id = await addUser('ada@example.com', 'viewer');
      await addUser('adm@example.com', 'admin');
      const [one, two] = [await signIn('ada@example.com'), await signIn('ada@example.com')];
      await access.sessions.endOthers(two.identity);
      expect(await next(one)).toBeUndefined();
      expect(await next(two)).toBeDefined();
      const admin = await signIn('adm@example.com');
      const listed = await access.administration.sessionsOf(id, admin.identity, { limit: 10 });
      expect(listed.items).toMatchObject([{ address: here.address, device: 'Test browser' }]);
      await access.administration.endSessionsOf(id, admin.identity);
      expect(await next(two)).toBeUndefined();
      expect(told.at(-1)?.message.kind).toBe('sessions-ended');
    });
  });

  test('an API token with an address list is taken from those addresses only', async () => {
    const { access, addUser, signIn } = await openAccess(await open());
    await addUser('ada@example.com', 'viewer');
    const { identity } = await signIn('ada@example.com');
    const ask = { name: 'ci', permissions: ['alert.read'] as const, expiresInDays: 1 };
    const addresses = ['192.0.2.0/28', '2001:db8::/32', '198.51.100.7'];
    const { token } = await access.tokens.create(identity, { ...ask, addresses });
    const allowed = async (address: string) => {
      const bearer = await access.byApiToken(token, from(address));
      return bearer !== undefined && (await access.deciding.addressRules.allows(address, bearer));
    };
    for (const address of ['192.0.2.15', '2001:db8:1::9', '198.51.100.7', '::ffff:192.0.2.1']) {
      expect(await allowed(address), address).toBe(true);
    }
    for (const address of ['192.0.2.16', '2001:db9::1', '198.51.100.8', '', 'nonsense']) {
      expect(await allowed(address), address).toBe(false);
    }
    for (const bad of ['192.0.2.0/33', 'example.com', '192.0.2', '1.2.3.4/', '::1/129', '1.2.3.4/8/8']) {
      await expect(access.tokens.create(identity, { ...ask, addresses: [bad] }), bad).rejects.toMatchObject({
        code: 'invalid_input',
        fields: [{ field: 'addresses.0' }],
      });
    }
  });
});
