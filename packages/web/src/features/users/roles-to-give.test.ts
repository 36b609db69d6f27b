import type { RoleView } from '@custos/contract';
import { expect, test } from 'vitest';
import { rolesToGive } from './roles-to-give.ts';

const role = (name: string, permissions: RoleView['permissions']): RoleView => ({
  name,
  title: name,
  description: '',
  permissions,
  builtIn: true,
  reach: {},
});

test('a role that holds more than one has oneself cannot be given', () => {
  const roles = [role('viewer', ['alert.read']), role('eye', ['alert.read', 'pii.read'])];
  expect(rolesToGive(roles, ['alert.read', 'user.manage'])).toEqual([
    { value: 'viewer', label: 'viewer', disabled: false },
    { value: 'eye', label: 'eye', disabled: true },
  ]);
});
