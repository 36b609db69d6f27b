import { sql } from 'kysely';
import { expect, test } from 'vitest';
import { describeOnBothStores } from '../../../test/stores.ts';
import { createTestServer } from '../../../test/http-server.ts';
import { openDeciding } from '../deciding-fixture.ts';
import { createStepUp } from './service.ts';

const minute = 60_000;

describeOnBothStores('step-up', (open) => {
  async function withPerson() {
    const world = await openDeciding(await open());
    const ada = await world.person('Ada', 'super-admin');
    return { ...world, ada, stepUp: createStepUp(world) };
  }

  test('a sign-in is a proof for five minutes, and then one is due', async () => {
    const { ada, stepUp, clock } = await withPerson();
    expect(await stepUp.isFresh(ada)).toBe(true);
    clock.jump(5 * minute - 1);
    expect(await stepUp.isFresh(ada)).toBe(true);
    clock.jump(1);
    expect(await stepUp.isFresh(ada)).toBe(false);
  });

  test('a proof within the session opens marked acts again, in that session only', async () => {
    const { state, ada, stepUp, clock, person } = await withPerson();
    const other = await person('Bob', 'super-admin');
    clock.jump(10 * minute);
    await sql`update access_session set authenticated_at = ${clock.now()} where id = ${ada.sessionId}`.execute(
      state.write,
    );
    expect(await stepUp.isFresh(ada)).toBe(true);
    expect(await stepUp.isFresh(other)).toBe(false);
  });

  test('for a person with a second factor the password alone is none', async () => {
    const { state, ada, stepUp, clock } = await withPerson();
    await sql`insert into access_totp (user_id, confirmed_at, begun_at, last_step)
      values (${ada.userId}, null, ${clock.now()}, 0)`.execute(state.write);
    // Begun and not confirmed: there is no factor yet.
    expect(await stepUp.isFresh(ada)).toBe(true);
    await sql`update access_totp set confirmed_at = ${clock.now()}`.execute(state.write);
    expect(await stepUp.isFresh(ada)).toBe(false);
    await sql`update access_session set second_factor_at = ${clock.now()}`.execute(state.write);
    expect(await stepUp.isFresh(ada)).toBe(true);
    clock.jump(5 * minute);
    expect(await stepUp.isFresh(ada)).toBe(false);
  });

  test('an ended session, a program and a clock that was set back prove nothing', async () => {
    const { state, ada, stepUp, clock, token } = await withPerson();
    expect(await stepUp.isFresh(await token(ada, ['user.read']))).toBe(false);
    clock.jump(-minute);
    expect(await stepUp.isFresh(ada)).toBe(false);
    clock.jump(minute);
    await sql`delete from access_session`.execute(state.write);
    expect(await stepUp.isFresh(ada)).toBe(false);
  });

  test('a marked route refuses without a fresh proof, on record, and after its permission', async () => {
    const { ada, stepUp, clock } = await withPerson();
    const server = await createTestServer(
      {},
      {
        stepUp,
        authenticator: {
          bySession: async (secret) =>
            secret === 'vic' ? { ...ada, permissions: new Set() } : secret === 'ada' ? ada : undefined,
          byApiToken: async () => ({ ...ada, kind: 'token', sessionId: null, tokenId: 'tok_1' }),
        },
      },
    );
    server.app.get('/t/marked', { config: { access: 'user.manage', stepUp: true } }, async () => 'done');
    server.app.get('/t/plain', { config: { access: 'user.manage' } }, async () => 'done');
    const call = async (url: string, headers: Record<string, string>) => {
      const response = await server.app.inject({ url, headers });
      return response.statusCode === 200 ? 'done' : response.json<{ code: string }>().code;
    };
    const cookie = { cookie: '__Host-custos=ada' };
    expect(await call('/t/marked', cookie)).toBe('done');
    expect(await call('/t/marked', { authorization: 'Bearer x' })).toBe('step_up_required');
    clock.jump(6 * minute);
    expect(await call('/t/plain', cookie)).toBe('done');
    expect(await call('/t/marked', cookie)).toBe('step_up_required');
    expect(await call('/t/marked', { cookie: '__Host-custos=vic' })).toBe('forbidden');
    expect(server.audited.map(({ outcome, details }) => [outcome, details['code']])).toEqual([
      ['denied', 'step_up_required'],
      ['denied', 'step_up_required'],
      ['denied', 'forbidden'],
    ]);
    await server.stop();
  });
});
