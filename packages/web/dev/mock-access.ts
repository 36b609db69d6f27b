import * as contract from '@custos/contract';
import type { z } from 'zod';
import { makeId } from './chance.ts';
import { people } from './mock-pages.ts';

const start = Date.now();
const hour = 3_600_000;
const day = 24 * hour;
const list = (items: readonly unknown[]) => ({ items, nextCursor: null });
const userOf = (index: number) => people.users[index] ?? people.users[0];

const standing = (missing: boolean): z.output<typeof contract.standing> => ({
  userId: people.me().userId,
  email: people.me().email,
  name: people.me().name,
  role: people.me().role,
  secondFactor: {
    enrolled: !missing,
    required: true,
    requiredFrom: start + 5 * day,
    restricted: false,
    provenAt: missing ? null : start - hour,
  },
  hasPassword: true,
  mustChangePassword: false,
});

const factors: contract.FactorsView = {
  totp: { createdAt: start - 90 * day },
  passkeys: [
    {
      id: makeId('pky'),
      name: 'Work laptop',
      createdAt: start - 60 * day,
      lastUsedAt: start - 2 * hour,
      backedUp: true,
    },
  ],
  recoveryCodesLeft: 8,
  devices: [
    {
      id: makeId('dev'),
      device: 'Firefox on Linux',
      createdAt: start - 60 * day,
      lastUsedAt: start - 2 * hour,
    },
  ],
  providers: [],
};

const methods: contract.SignInMethods = {
  passkeys: true,
  resets: true,
  providers: [{ id: 'keycloak', name: 'Keycloak' }],
};

const approvals: contract.ApprovalView[] = (['pending', 'pending', 'executed', 'refused'] as const).map(
  (state, index) => ({
    id: makeId('apr'),
    kind: index === 1 ? 'release-hold' : 'grant-administration',
    state,
    method: index === 1 ? 'POST' : 'PATCH',
    url: index === 1 ? '/api/v1/audit/holds/hld_1/release' : `/api/v1/users/${userOf(index)?.id ?? ''}`,
    body: index === 1 ? { reason: 'Case closed' } : { role: 'admin' },
    digest: 'ab12'.repeat(16),
    permission: index === 1 ? 'hold.manage' : 'user.manage',
    requestedBy: { id: userOf(index)?.id ?? '', name: userOf(index)?.name ?? '' },
    requestedAt: start - (index + 1) * 3 * hour,
    expiresAt: start + (20 - index) * hour,
    decidedBy: index < 2 ? null : { id: userOf(0)?.id ?? '', name: userOf(0)?.name ?? '' },
    decidedAt: index < 2 ? null : start - index * hour,
    note: index === 3 ? 'Not this quarter.' : null,
    executedAt: state === 'executed' ? start - 2 * hour : null,
    status: state === 'executed' ? 200 : null,
    own: index === 0,
    decidable: index === 1,
    byRepeating: false,
  }),
);

const kinds: contract.z.output<typeof contract.approvalKinds> = {
  items: contract.approvalKindNames.map((kind) => ({
    kind,
    title: kind.replaceAll('-', ' ').replace(/^./, (letter) => letter.toUpperCase()),
    description: `What ${kind.replaceAll('-', ' ')} is.`,
    mode: 'when-possible',
    expiresMs: day,
  })),
};

const lines: contract.ReviewLineView[] = people.users.map((user, index) => ({
  id: makeId('rvl'),
  kind: 'user',
  subject: user.id,
  name: user.name,
  email: user.email,
  role: user.role,
  permissions: ['dashboard.read', 'alert.read'],
  teams: index === 1 ? ['payments'] : [],
  disabled: user.disabled,
  lastUsedAt: user.lastSignInAt,
  decision: index === 2 ? 'keep' : null,
  note: null,
  decidedBy: null,
  decidedAt: null,
}));
const review: contract.AccessReviewView = {
  id: makeId('rev'),
  period: '2026-Q4',
  state: 'open',
  startedBy: 'custos',
  startedAt: start - 6 * day,
  dueAt: start + 24 * day,
  signedBy: null,
  signedAt: null,
  digest: null,
  lines: lines.length,
  undecided: lines.filter(({ decision }) => decision === null).length,
  revoked: 0,
};

const rules: contract.z.output<typeof contract.addressRules> = {
  address: '10.0.4.18',
  items: [
    {
      id: makeId('adr'),
      scope: 'role',
      subject: 'admin',
      range: '10.0.0.0/8',
      note: 'Office',
      createdBy: userOf(0)?.id ?? '',
      createdAt: start - 30 * day,
    },
  ],
};

const policy: contract.SignInPolicy = {
  graceDays: 7,
  roles: people.roles.map(({ name }) => ({
    role: name,
    secondFactor: name.endsWith('admin') ? 'required' : 'optional',
    byDefault: true,
  })),
};

const get = (path: string, schema: z.ZodType, value: unknown) => ({
  method: 'GET',
  path,
  run: () => ({ schema, value }),
});

/** What pages of access read; changes are made on a real server. */
export const accessRoutes = [
  {
    method: 'GET',
    path: '/me',
    run: ({ state }: { state: string }) => ({ schema: contract.standing, value: standing(state === 'bare') }),
  },
  get('/factors', contract.factors, factors),
  get('/sign-in', contract.signInMethods, methods),
  get('/sign-in/policy', contract.signInPolicy, policy),
  get('/role-preset', contract.rolePresetState, { preset: 'separated' }),
  get('/users/:id/teams', contract.userTeams, { teams: ['payments'] }),
  get('/users/:id/sessions', contract.pageOf(contract.userSession), list([])),
  get('/approvals', contract.pageOf(contract.approval), list(approvals)),
  get('/approvals/:id', contract.approval, approvals[1]),
  get('/approval-kinds', contract.approvalKinds, kinds),
  get('/access-reviews', contract.pageOf(contract.accessReview), list([review])),
  get('/access-reviews/:id', contract.accessReview, review),
  get('/access-reviews/:id/lines', contract.pageOf(contract.reviewLine), list(lines)),
  get('/address-rules', contract.addressRules, rules),
];
