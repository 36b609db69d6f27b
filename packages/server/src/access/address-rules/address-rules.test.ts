import { expect, test } from 'vitest';
import { createTestServer } from '../../../test/http-server.ts';
import { describeOnBothStores } from '../../../test/stores.ts';
import { silentLogger } from '../../base/logger.ts';
import { openDeciding } from '../deciding-fixture.ts';
import { addressRuleRoutes } from './routes.ts';
import { clearAddressRules, createAddressRules, type NewAddressRule } from './service.ts';

const rule = (range: string, more: Partial<NewAddressRule> = {}): NewAddressRule => ({
  scope: 'installation',
  subject: null,
  range,
  note: '',
  confirm: false,
  ...more,
});

describeOnBothStores('address rules', (open) => {
  async function withRules() {
    const world = await openDeciding(await open());
    const rules = createAddressRules({ ...world, log: silentLogger });
    rules.start();
    const identity = await world.person('Root', 'super-admin');
    return { ...world, rules, identity, author: { identity, address: '192.0.2.9' } };
  }

  test('without rules every address is taken, and the first rule closes the list', async () => {
    const { rules, author, identity } = await withRules();
    expect(await rules.allows('203.0.113.5', identity)).toBe(true);
    const made = await rules.add(author, rule('192.0.2.77/24'));
    expect(made).toMatchObject({ range: '192.0.2.0/24', subject: null, createdBy: identity.userId });
    expect(await rules.allows('192.0.2.1', null)).toBe(true);
    expect(await rules.allows('::ffff:192.0.2.1', identity)).toBe(true);
    expect(await rules.allows('203.0.113.5', null)).toBe(false);
    expect(await rules.allows('not an address', null)).toBe(false);
    await rules.remove(author, made.id, false);
    expect(await rules.allows('203.0.113.5', null)).toBe(true);
  });

  test('every list that concerns a caller has to take the address', async () => {
    const { rules, author, person, token } = await withRules();
    const vic = await person('Vic', 'viewer');
    const script = await token(vic, ['dashboard.read']);
    await rules.add(author, rule('192.0.2.0/24'));
    await rules.add(author, rule('192.0.2.0/28', { scope: 'role', subject: 'viewer' }));
    await rules.add(author, rule('192.0.2.4', { scope: 'token', subject: script.tokenId }));
    expect(await rules.allows('192.0.2.200', author.identity)).toBe(true);
    expect(await rules.allows('192.0.2.200', vic)).toBe(false);
    expect(await rules.allows('192.0.2.3', vic)).toBe(true);
    expect(await rules.allows('192.0.2.3', script)).toBe(false);
    expect(await rules.allows('192.0.2.4', script)).toBe(true);
  });

  test('a rule that would keep its author out asks again, and is kept only then', async () => {
    const { rules, author, identity } = await withRules();
    await expect(rules.add(author, rule('198.51.100.0/24'))).rejects.toMatchObject({
      code: 'lock_out_risk',
      status: 409,
    });
    expect(await rules.list()).toEqual([]);
    expect(await rules.allows(author.address, identity)).toBe(true);
    const own = await rules.add(author, rule('192.0.2.9'));
    await rules.add(author, rule('198.51.100.0/24'));
    await expect(rules.remove(author, own.id, false)).rejects.toMatchObject({ code: 'lock_out_risk' });
    const ofRole = rule('198.51.100.1', { scope: 'role', subject: 'super-admin' });
    await expect(rules.add(author, ofRole)).rejects.toMatchObject({ code: 'lock_out_risk' });
    // Another role's list does not concern the author.
    await rules.add(author, rule('198.51.100.1', { scope: 'role', subject: 'viewer' }));
    await rules.add(author, { ...ofRole, confirm: true });
    expect(await rules.allows(author.address, identity)).toBe(false);
  });

  test('an author whose address is IPv4 inside IPv6 is protected all the same', async () => {
    const { rules, identity } = await withRules();
    const author = { identity, address: '::ffff:192.0.2.9' };
    await rules.add(author, rule('192.0.2.0/24'));
    await expect(
      rules.add(author, rule('10.0.0.1', { scope: 'role', subject: 'super-admin' })),
    ).rejects.toMatchObject({ code: 'lock_out_risk' });
  });

  test('of two changes at once that together keep their author out, one asks again', async () => {
    const { rules, author, identity } = await withRules();
    const [one, two] = [
      await rules.add(author, rule('192.0.2.9')),
      await rules.add(author, rule('192.0.2.0/24')),
    ];
    await rules.add(author, rule('198.51.100.0/24'));
    const results = await Promise.allSettled([one, two].map(({ id }) => rules.remove(author, id, false)));
    expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    expect(await rules.allows(author.address, identity)).toBe(true);
  });

  test('the same rule is not kept twice, and what is none is refused by its field', async () => {
    const { rules, author } = await withRules();
    await rules.add(author, rule('192.0.2.0/24'));
    await expect(rules.add(author, rule('192.0.2.55/24'))).rejects.toMatchObject({ code: 'conflict' });
    for (const [bad, field] of [
      [rule('192.0.2.0/33'), 'range'],
      [rule('localhost'), 'range'],
      [rule('192.0.2.1', { subject: 'viewer' }), 'subject'],
      [rule('192.0.2.1', { scope: 'role', subject: 'nobody' }), 'subject'],
      [rule('192.0.2.1', { scope: 'token', subject: null }), 'subject'],
    ] as const) {
      await expect(rules.add(author, bad)).rejects.toMatchObject({ fields: [{ field }] });
    }
  });

  test('a node that hears nothing follows within a second', async () => {
    const { rules, author, clock, state } = await withRules();
    // It does not listen, as when its connection is down.
    const deaf = createAddressRules({ state, clock, log: silentLogger });
    expect(await deaf.allows('203.0.113.5', null)).toBe(true);
    await rules.add(author, rule('192.0.2.0/24'));
    await clock.advance(1000);
    expect(await deaf.allows('203.0.113.5', null)).toBe(false);
  });

  test('every node that hears of a change closes what is open', async () => {
    const { state, clock, rules, author } = await withRules();
    let closed = 0;
    const other = createAddressRules({ state, clock, log: silentLogger, onChange: () => (closed += 1) });
    other.start();
    // PostgreSQL tells nobody before its listening connection stands, so the change is repeated.
    let last = 0;
    await expect
      .poll(async () => {
        last += 1;
        await rules.add(author, rule(`192.0.2.${last}/32`, { confirm: true }));
        return closed;
      })
      .toBeGreaterThan(0);
    other.stop();
  });

  test('the host takes every rule away, on record', async () => {
    const { rules, author, identity, state, audit, events, clock } = await withRules();
    await rules.add(author, rule('198.51.100.0/24', { confirm: true }));
    expect(await rules.allows(author.address, identity)).toBe(false);
    expect(await clearAddressRules({ state, audit })).toBe(1);
    await clock.advance(1000);
    expect(await rules.allows(author.address, identity)).toBe(true);
    expect(events).toMatchObject([
      {
        action: 'address-rules.clear',
        actor: { type: 'system', id: 'host-operator' },
        details: { count: 1 },
      },
    ]);
  });

  async function withServer(trustedProxies: readonly string[] = []) {
    const world = await withRules();
    const server = await createTestServer({ trustedProxies }, { addressRules: world.rules });
    server.app.get('/t/public', { config: { access: 'public' } }, async () => 'seen');
    server.app.get('/t/read', { config: { access: 'user.read' } }, async () => 'seen');
    server.app.post('/t/door', { config: { access: 'public', anyOrigin: true } }, async () => 'seen');
    await server.app.register(addressRuleRoutes(world.rules));
    const from = async (remoteAddress: string, url: string, headers: Record<string, string> = {}) => {
      const response = await server.app.inject({
        method: url === '/t/door' ? 'POST' : 'GET',
        url,
        remoteAddress,
        headers: { cookie: '__Host-custos=ada', ...headers },
      });
      return response.statusCode === 200 ? 'taken' : response.json<{ code: string }>().code;
    };
    return { ...world, server, from };
  }

  test('an address that is taken off the list is refused on the next request of its session, on record', async () => {
    const { rules, author, server, from } = await withServer();
    const made = await rules.add(author, rule('203.0.113.0/24', { confirm: true }));
    await rules.add(author, rule('192.0.2.0/24'));
    expect(await from('203.0.113.5', '/t/read')).toBe('taken');
    await rules.remove(author, made.id, false);
    for (const url of ['/t/read', '/t/public', '/api/v1/address-rules', '/api/openapi.json']) {
      expect(await from('203.0.113.5', url), url).toBe('address_refused');
    }
    expect(await from('::ffff:192.0.2.9', '/t/read')).toBe('taken');
    expect(server.audited[0]).toMatchObject({
      outcome: 'denied',
      address: '203.0.113.5',
      details: { code: 'address_refused' },
    });
    // Orchestrators and doors for machines of others stay open.
    expect(await from('203.0.113.5', '/livez')).toBe('taken');
    expect(await from('203.0.113.5', '/t/door')).toBe('taken');
    await server.stop();
  });

  test('a proxy header is believed from a listed proxy only', async () => {
    const { rules, author, server, from } = await withServer(['10.0.0.1']);
    await rules.add(author, rule('192.0.2.0/24'));
    const forged = { 'x-forwarded-for': '192.0.2.9' };
    expect(await from('203.0.113.5', '/t/read', forged)).toBe('address_refused');
    expect(await from('10.0.0.1', '/t/read', forged)).toBe('taken');
    expect(await from('10.0.0.1', '/t/read')).toBe('address_refused');
    // What the caller wrote before the proxy did is not believed either.
    const chained = { 'x-forwarded-for': '192.0.2.9, 203.0.113.5' };
    expect(await from('10.0.0.1', '/t/read', chained)).toBe('address_refused');
    for (const name of ['x-real-ip', 'forwarded', 'x-client-ip', 'cf-connecting-ip']) {
      expect(await from('203.0.113.5', '/t/read', { [name]: '192.0.2.9' }), name).toBe('address_refused');
    }
    await server.stop();
  });

  test('while the rules cannot be read nobody is let in', async () => {
    const { rules } = await withRules();
    const server = await createTestServer(
      {},
      {
        addressRules: {
          async allows(address, identity) {
            if (address === '192.0.2.66') throw new Error('the store is away');
            return rules.allows(address, identity);
          },
        },
      },
    );
    server.app.get('/t/public', { config: { access: 'public' } }, async () => 'seen');
    const from = async (remoteAddress: string) => server.app.inject({ url: '/t/public', remoteAddress });
    expect((await from('192.0.2.1')).statusCode).toBe(200);
    const refused = await from('192.0.2.66');
    expect(refused.json()).toMatchObject({ status: 503, code: 'state_unavailable' });
    expect(refused.body).not.toContain('the store is away');
    await server.stop();
  });
});
