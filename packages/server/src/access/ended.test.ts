import { expect, test } from 'vitest';
import { describeOnBothStores } from '../../test/stores.ts';
import { cheapHashes, goodPassword, here, openAccess } from './access-fixture.ts';
import type { Ended } from './types.ts';

describeOnBothStores('what ends', (open) => {
  test('every node is told whose right to be here has ended', async () => {
    const state = await open();
    const seen: Ended[] = [];
    const options = { hashCost: cheapHashes };
    const one = await openAccess(state, options);
    // A second node on the same store.
    const two = await openAccess(state, { ...options, onEnded: (ended) => seen.push(ended) });
    const adminId = await one.addUser('admin@example.com', 'super-admin');
    const userId = await one.addUser('ada@example.com', 'viewer');
    const session = await one.signIn('ada@example.com');

    // PostgreSQL tells nobody before its listening connection stands, so the first call is repeated.
    const other = await one.signIn('ada@example.com');
    await expect
      .poll(async () => {
        await one.access.signOut(other.identity);
        return seen;
      })
      .toContainEqual({ sessionId: other.identity.sessionId });

    const renewed = await one.access.changePassword(
      session.identity,
      { current: goodPassword, password: 'another velvet tram lantern' },
      here,
    );
    const made = await one.access.tokens.create(renewed.identity, {
      name: 'script',
      permissions: ['dashboard.read'],
      expiresInDays: 1,
    });
    await one.access.tokens.revoke(renewed.identity, made.id);
    const admin = await one.signIn('admin@example.com');
    await one.access.users.update(userId, { disabled: true }, admin.identity);
    await expect.poll(() => seen).toEqual(expect.arrayContaining([{ userId }, { tokenId: made.id }]));
    expect(seen).not.toContainEqual({ userId: adminId });
    await one.access.stop();
    await two.access.stop();
  });
});
