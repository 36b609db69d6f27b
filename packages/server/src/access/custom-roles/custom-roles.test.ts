import { permissionNames, type Permission } from '@custos/contract';
import { expect, test } from 'vitest';
import { describeOnBothStores } from '../../../test/stores.ts';
import { openDeciding } from '../deciding-fixture.ts';
import { missingToGrant } from '../grants.ts';
import type { Ended } from '../types.ts';
import { rolesOfPreset } from './presets.ts';
import { createCustomRoles, type CustomRoleInput } from './service.ts';

const nightShift = (more: Partial<CustomRoleInput> = {}): CustomRoleInput => ({
  name: 'night-shift',
  title: 'Night shift',
  description: '',
  permissions: ['dashboard.read', 'alert.read', 'alert.acknowledge'],
  reach: {},
  ...more,
});

test('the ladder only adds, all the way up, and the auditor stays as it is', () => {
  const of = (name: string) =>
    new Set(rolesOfPreset('ladder').find((role) => role.name === name)?.permissions);
  const ladder = ['viewer', 'analyst', 'senior-analyst', 'investigator', 'admin', 'super-admin'];
  for (const [index, name] of ladder.slice(1).entries()) {
    expect(missingToGrant(of(name), of(ladder[index] ?? '')), name).toEqual([]);
  }
  expect(of('admin').has('pii.read')).toBe(true);
  expect(of('admin').has('system.configure')).toBe(false);
  expect(of('super-admin')).toEqual(new Set(permissionNames));
  expect(rolesOfPreset('ladder').every((role) => role.reach === undefined)).toBe(true);
  expect(rolesOfPreset('separated').find(({ name }) => name === 'auditor')?.permissions).toEqual(
    rolesOfPreset('ladder').find(({ name }) => name === 'auditor')?.permissions,
  );
});

describeOnBothStores('custom roles', (open) => {
  async function withRoles() {
    const world = await openDeciding(await open());
    const ended: Ended[] = [];
    const customRoles = createCustomRoles({ ...world, announceEnd: (one) => ended.push(one) });
    const root = await world.person('Root', 'super-admin');
    const admin = await world.person('Admin', 'admin');
    return { ...world, customRoles, ended, root, admin };
  }

  test('are made of permissions that one has oneself', async () => {
    const { customRoles, admin, person, now } = await withRoles();
    const made = await customRoles.create(admin, nightShift());
    expect(made).toMatchObject({ name: 'night-shift', builtIn: false, permissions: expect.any(Array) });
    const vic = await person('Vic', 'night-shift');
    expect([...(await now(vic)).permissions].toSorted()).toEqual([
      'alert.acknowledge',
      'alert.read',
      'dashboard.read',
    ]);
    for (const permission of ['pii.read', 'system.configure', 'investigation.delete'] as const) {
      const beyond = nightShift({ name: 'beyond', permissions: ['dashboard.read', permission] });
      await expect(customRoles.create(admin, beyond)).rejects.toMatchObject({
        status: 403,
        message: expect.stringContaining(permission),
      });
    }
  });

  test('take a name once, and never that of a built-in role', async () => {
    const { customRoles, root } = await withRoles();
    await customRoles.create(root, nightShift());
    for (const name of ['night-shift', 'viewer', 'super-admin']) {
      await expect(customRoles.create(root, nightShift({ name }))).rejects.toMatchObject({
        code: 'conflict',
      });
    }
    await expect(customRoles.update(root, 'viewer', { title: 'x' })).rejects.toMatchObject({
      code: 'conflict',
    });
    await expect(customRoles.remove(root, 'super-admin')).rejects.toMatchObject({ code: 'conflict' });
    await expect(customRoles.remove(root, 'none')).rejects.toMatchObject({ code: 'not_found' });
  });

  test('a change acts on the next request of who holds it, and closes what they have open', async () => {
    const { customRoles, root, person, now, ended } = await withRoles();
    await customRoles.create(root, nightShift());
    const vic = await person('Vic', 'night-shift');
    await customRoles.update(root, 'night-shift', { permissions: ['dashboard.read'] });
    expect([...(await now(vic)).permissions]).toEqual(['dashboard.read']);
    expect(ended).toEqual([{ userId: vic.userId }]);
  });

  test('who changes a role adds only what they have, keeps what they lack, and may take it away', async () => {
    const { customRoles, root, admin } = await withRoles();
    await customRoles.create(root, nightShift({ permissions: ['dashboard.read', 'pii.read'] }));
    const renamed = await customRoles.update(admin, 'night-shift', { title: 'Nights' });
    expect(renamed.permissions).toContain('pii.read');
    const more: Permission[] = ['dashboard.read', 'pii.read', 'data.export'];
    await expect(customRoles.update(admin, 'night-shift', { permissions: more })).rejects.toMatchObject({
      status: 403,
    });
    await customRoles.update(admin, 'night-shift', { permissions: ['dashboard.read'] });
    // Taken away, it is no longer theirs to give back.
    const back: Permission[] = ['dashboard.read', 'pii.read'];
    await expect(customRoles.update(admin, 'night-shift', { permissions: back })).rejects.toMatchObject({
      status: 403,
    });
    await customRoles.create(root, nightShift({ name: 'owners', permissions: ['system.configure'] }));
    await expect(customRoles.update(admin, 'owners', { title: 'x' })).rejects.toMatchObject({ status: 403 });
    await expect(customRoles.remove(admin, 'owners')).rejects.toMatchObject({ status: 403 });
  });

  test('nobody widens how far a permission reaches beyond their own', async () => {
    const { customRoles, root, person } = await withRoles();
    await customRoles.create(
      root,
      nightShift({
        name: 'lead',
        permissions: ['user.manage', 'investigation.read', 'investigation.modify'],
        reach: { 'investigation.modify': 'team' },
      }),
    );
    const lead = await person('Lead', 'lead');
    const role = (scope: object) =>
      nightShift({
        name: `r${Object.values(scope).join('')}`,
        permissions: ['investigation.modify'],
        reach: scope,
      });
    await expect(customRoles.create(lead, role({}))).rejects.toMatchObject({ status: 403 });
    await customRoles.create(lead, role({ 'investigation.modify': 'team' }));
    await customRoles.create(lead, role({ 'investigation.modify': 'own' }));
    await expect(customRoles.update(lead, 'rown', { reach: {} })).rejects.toMatchObject({ status: 403 });
    // Nor for themselves.
    await expect(customRoles.update(lead, 'lead', { reach: {} })).rejects.toMatchObject({ status: 403 });
    expect(
      (await customRoles.update(lead, 'rown', { reach: { 'investigation.modify': 'team' } })).reach,
    ).toEqual({ 'investigation.modify': 'team' });
  });

  test('a reach for what the role does not hold is dropped', async () => {
    const { customRoles, root } = await withRoles();
    const made = await customRoles.create(root, nightShift({ reach: { 'pii.read': 'own' } }));
    expect(made.reach).toEqual({});
  });

  test('a role that somebody has is not removed', async () => {
    const { customRoles, root, person, state } = await withRoles();
    await customRoles.create(root, nightShift());
    const vic = await person('Vic', 'night-shift');
    await expect(customRoles.remove(root, 'night-shift')).rejects.toMatchObject({ code: 'conflict' });
    await state.write
      .withTables<{ access_user: { id: string; role: string } }>()
      .updateTable('access_user')
      .set({ role: 'viewer' })
      .where('id', '=', vic.userId)
      .execute();
    await customRoles.remove(root, 'night-shift');
    await expect(customRoles.remove(root, 'night-shift')).rejects.toMatchObject({ code: 'not_found' });
  });

  test('the preset changes what built-in roles hold at once, and only with all of it in hand', async () => {
    const { customRoles, root, admin, now, ended } = await withRoles();
    expect(await customRoles.preset()).toBe('separated');
    await expect(customRoles.setPreset(admin, 'ladder')).rejects.toMatchObject({ status: 403 });
    await customRoles.setPreset(root, 'ladder');
    expect((await now(admin)).permissions.has('pii.read')).toBe(true);
    expect(ended).toContainEqual({ userId: admin.userId });
    await customRoles.setPreset(root, 'separated');
    expect((await now(admin)).permissions.has('pii.read')).toBe(false);
  });

  test('teams are set by who manages the person', async () => {
    const { customRoles, root, admin, person } = await withRoles();
    const vic = await person('Vic', 'viewer');
    expect(await customRoles.setTeams(admin, vic.userId, ['payments', 'fraud', 'payments'])).toEqual([
      'fraud',
      'payments',
    ]);
    expect(await customRoles.teamsOf(vic.userId)).toEqual(['fraud', 'payments']);
    await expect(customRoles.setTeams(admin, root.userId, [])).rejects.toMatchObject({ status: 403 });
    await expect(customRoles.setTeams(admin, 'usr_none', [])).rejects.toMatchObject({ code: 'not_found' });
  });

  test('which roles are administrative follows from what they hold', async () => {
    const { customRoles, root } = await withRoles();
    await customRoles.create(root, nightShift());
    await customRoles.create(root, nightShift({ name: 'jobs', permissions: ['job.manage'] }));
    const answers = ['viewer', 'auditor', 'night-shift', 'none', 'admin', 'super-admin', 'jobs'].map(
      async (name) => customRoles.isAdministrative(name),
    );
    expect(await Promise.all(answers)).toEqual([false, false, false, false, true, true, true]);
  });
});
