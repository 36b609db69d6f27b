import type { ApprovalKindName, ApprovalMode, ApprovalState, ApprovalView } from '@custos/contract';

const kindWords: Readonly<Record<ApprovalKindName, string>> = {
  'bulk-export': 'Bulk export',
  'grant-administration': 'Grant of administration',
  'shorten-retention': 'Shorter retention',
  'release-hold': 'Release of a legal hold',
  'replay-payout': 'Replay of a payout',
  'silence-critical': 'Silence of a critical rule',
};

export const stateWords: Readonly<Record<ApprovalState, string>> = {
  pending: 'Waits for a second person',
  approved: 'Approved, not done yet',
  executing: 'Is being done',
  executed: 'Done',
  failed: 'Approved, and it failed',
  interrupted: 'Cut off while it was done',
  refused: 'Refused',
  withdrawn: 'Taken back',
  expired: 'Out of time',
};

export const modeWords: Readonly<Record<ApprovalMode, string>> = {
  always: 'Always',
  'when-possible': 'When there is one',
  off: 'Not needed',
};

/** A field of a call in a line: text as it is, anything else as JSON. */
function valueWords(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}

/** The fields of the call's body, to be read by whoever decides. */
export function bodyFacts(body: unknown): readonly (readonly [string, string])[] {
  if (body === null || body === undefined) return [];
  if (typeof body !== 'object' || Array.isArray(body)) return [['Content', valueWords(body)]];
  return Object.entries(body).map(([name, value]) => [name, valueWords(value)]);
}

/** What the call does, as far as its address tells. */
export function actWords({ kind, method, url }: Pick<ApprovalView, 'kind' | 'method' | 'url'>): string {
  const path = url.split('?')[0] ?? '';
  if (path === '/api/v1/users/invitations') return 'Invite a person as an administrator';
  if (path === '/api/v1/users') return 'Add a person as an administrator';
  if (method === 'PATCH' && path.startsWith('/api/v1/users/')) return 'Make a person an administrator';
  if (path === '/api/v1/role-preset') return 'Change what the built-in roles hold';
  if (path.startsWith('/api/v1/approval-kinds/')) return 'Ask for a second person less often';
  if (path.startsWith('/api/v1/roles')) return 'Give a role administrative permissions';
  if (path === '/api/v1/audit/export') return 'Export the audit log';
  if (path === '/api/v1/audit/evidence') return 'Take evidence of events';
  if (method === 'GET')
    return `${kindWords[kind]}: ${path.split('/').at(-2) ?? ''} ${path.split('/').at(-1) ?? ''}`;
  return kindWords[kind];
}
