import { permissionNames, roleNames } from '@custos/contract';
import { expect, test } from 'vitest';
import { cutToOwner, missingToGrant, missingToManage } from './grants.ts';
import { builtInRoles } from './roles.ts';

const of = (name: string) => new Set(builtInRoles.find((role) => role.name === name)?.permissions);

test('every role of the contract is built in, once', () => {
  expect(builtInRoles.map((role) => role.name).toSorted()).toEqual(roleNames.toSorted());
  for (const { permissions } of builtInRoles) expect(new Set(permissions).size).toBe(permissions.length);
});

test('the ladder from viewer to investigator only adds', () => {
  const ladder = ['viewer', 'analyst', 'senior-analyst', 'investigator'];
  for (const [index, name] of ladder.slice(1).entries()) {
    expect(missingToGrant(of(name), of(ladder[index] ?? ''))).toEqual([]);
    expect(of(name).size).toBeGreaterThan(of(ladder[index] ?? '').size);
  }
});

test('a super administrator may do everything', () => {
  expect([...of('super-admin')].toSorted()).toEqual(permissionNames.toSorted());
});

test('an administrator sees no personal data and edits no case', () => {
  for (const name of permissionNames) {
    if (name === 'pii.read' || name === 'data.export' || name === 'system.configure') {
      expect(of('admin').has(name), name).toBe(false);
    }
    if (name.startsWith('investigation.') && name !== 'investigation.read') {
      expect(of('admin').has(name), name).toBe(false);
    }
  }
});

test('an auditor and a viewer hold nothing that changes anything', () => {
  for (const name of of('auditor')) expect(name).toMatch(/\.read$/);
  expect(of('auditor').has('audit.read')).toBe(true);
  expect(of('auditor').has('pii.read')).toBe(false);
  for (const name of of('viewer')) expect(name).toMatch(/\.read$|^token\.own$/);
});

test('an administrator can stop an investigator but not make one, and cannot touch a super administrator', () => {
  expect(missingToManage(of('admin'), of('investigator'))).toEqual([]);
  expect(missingToGrant(of('admin'), of('investigator'))).toContain('pii.read');
  expect(missingToManage(of('admin'), of('super-admin'))).toEqual(['system.configure']);
});

test('a token never has more than its owner has now', () => {
  expect([...cutToOwner(['user.manage', 'dashboard.read'], of('viewer'))]).toEqual(['dashboard.read']);
});
