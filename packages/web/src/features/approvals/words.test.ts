import { expect, test } from 'vitest';
import { actWords, bodyFacts } from './words.ts';

test('the fields of a call are listed, with what is no text as JSON', () => {
  expect(bodyFacts({ role: 'admin', disabled: false, permissions: ['a', 'b'] })).toEqual([
    ['role', 'admin'],
    ['disabled', 'false'],
    ['permissions', '["a","b"]'],
  ]);
});

test('a call without a body has no fields, and a list is shown whole', () => {
  expect(bodyFacts(null)).toEqual([]);
  expect(bodyFacts([1])).toEqual([['Content', '[1]']]);
});

test('what a call does is told from its address', () => {
  const kind = 'grant-administration';
  expect(actWords({ kind, method: 'PATCH', url: '/api/v1/users/usr_1' })).toBe(
    'Make a person an administrator',
  );
  expect(actWords({ kind, method: 'POST', url: '/api/v1/roles' })).toBe(
    'Give a role administrative permissions',
  );
  const exported = { kind: 'bulk-export', method: 'GET' } as const;
  expect(actWords({ ...exported, url: '/api/v1/audit/export?format=csv' })).toBe('Export the audit log');
  expect(actWords({ ...exported, url: '/api/v1/other/export' })).toBe('Bulk export: other export');
  expect(actWords({ kind: 'release-hold', method: 'POST', url: '/api/v1/audit/holds/h/release' })).toBe(
    'Release of a legal hold',
  );
});
