import { sql } from 'kysely';
import { expect, test } from 'vitest';
import { describeOnBothStores } from '../../../../test/stores.ts';
import { systemClock } from '../../../base/clock.ts';
import { migrate } from '../migrate.ts';
import { migrations } from './index.ts';

describeOnBothStores('addresses of tokens become address rules', (open) => {
  test('each once, beside those that were there, and not those of a revoked token', async () => {
    const state = await open();
    const db = state.write;
    // Back to how it was before.
    await sql`delete from schema_migration where id = '0032-token-addresses'`.execute(db);
    await sql`alter table access_token add column addresses text not null default '[]'`.execute(db);
    await sql`insert into access_role (name, title, description, permissions, built_in, position, reach)
      values ('viewer', 'Viewer', '', '[]', 1, 0, '{}')`.execute(db);
    await sql`insert into access_user (id, email, name, role, disabled, created_at, role_since, teams)
      values ('usr_1', 'ada@example.com', 'Ada', 'viewer', 0, 1, 0, '[]')`.execute(db);
    for (const [id, addresses, revokedAt] of [
      ['tok_listed', '["192.0.2.0/24","2001:db8::/32","192.0.2.0/24"]', null],
      ['tok_open', '[]', null],
      ['tok_gone', '["198.51.100.1"]', 5],
    ] as const) {
      await sql`insert into access_token
        (id, token_hash, user_id, name, permissions, hint, created_at, expires_at, addresses, revoked_at)
        values (${id}, ${id}, 'usr_1', 'ci', '[]', 'custos_a', 7, 9, ${addresses}, ${revokedAt})`.execute(db);
    }
    await sql`insert into access_address_rule (id, scope, subject, range, note, created_by, created_at)
      values ('adr_1', 'token', 'tok_listed', '2001:db8::/32', 'by hand', 'usr_1', 1)`.execute(db);

    expect(await migrate(state, migrations, systemClock)).toEqual(['0032-token-addresses']);
    const { rows } = await sql`select subject, range, note, created_by, created_at from access_address_rule
      order by range`.execute(state.read);
    expect(rows).toEqual([
      { subject: 'tok_listed', range: '192.0.2.0/24', note: '', created_by: 'usr_1', created_at: 7 },
      { subject: 'tok_listed', range: '2001:db8::/32', note: 'by hand', created_by: 'usr_1', created_at: 1 },
    ]);
    await expect(sql`select addresses from access_token`.execute(state.read)).rejects.toThrow();
  });
});
