import { permissionNames, type RoleView } from '@custos/contract';
import { expect, test } from 'vitest';
import { draftOf, emptyRole, inputOf, nameOf, permissionGroups, widthOf } from './draft.ts';

const role: RoleView = {
  name: 'night-shift',
  title: 'Night shift',
  description: 'At night',
  permissions: ['alert.read', 'investigation.read'],
  builtIn: false,
  reach: { 'investigation.read': 'team' },
};

test('a role that is opened and saved without a change is the same role', () => {
  const { builtIn: _builtIn, ...rest } = role;
  expect(inputOf(draftOf(role))).toEqual(rest);
});

test('what a role does not hold has no width, and no reach is all', () => {
  expect(widthOf(role, 'alert.read')).toBe('all');
  expect(widthOf(role, 'investigation.read')).toBe('team');
  expect(widthOf(role, 'pii.read')).toBe('none');
});

test('what is taken out is neither a permission nor a reach', () => {
  const widths = { 'alert.read': 'none', 'investigation.read': 'none', 'probe.run': 'all' } as const;
  expect(inputOf({ ...emptyRole, widths })).toMatchObject({ permissions: ['probe.run'], reach: {} });
});

test.each([
  ['Night shift', 'night-shift'],
  ['  2nd Line: Zürich! ', 'nd-line-zu-rich'],
  ['é', 'e'],
  ['7', ''],
])('the name of “%s” is “%s”', (title, name) => expect(nameOf(title)).toBe(name));

test('every permission is in one group, and every group has a title in words', () => {
  const groups = permissionGroups();
  expect(groups.flatMap(({ permissions }) => permissions).toSorted()).toEqual(
    [...permissionNames].toSorted(),
  );
  expect(groups.filter(({ title }) => /^[a-z]/.test(title))).toEqual([]);
});
