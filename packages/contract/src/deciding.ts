import { z } from 'zod';
import { id, name, reason, time } from './common.ts';
import { permission, roleName } from './permissions.ts';
import { personal } from './personal-data.ts';

/**
 * How far a permission reaches: `own` objects only, those of one's `team` too, or all (when it is not
 * named).
 */
export const reachScope = z.enum(['own', 'team']);
export type ReachScope = z.infer<typeof reachScope>;
export const reach = z.partialRecord(permission, reachScope);

/** A role that an installation makes for itself, out of permissions that its author has. */
export const roleCreate = z.strictObject({
  name: roleName,
  title: name.max(60, 'must be at most 60 characters'),
  description: z.string().trim().max(500).default(''),
  permissions: z.array(permission).min(1, 'must name at least one permission').max(200),
  reach: reach.default({}),
});
export const roleUpdate = z
  .strictObject({
    title: name.max(60, 'must be at most 60 characters'),
    description: z.string().trim().max(500),
    permissions: z.array(permission).min(1, 'must name at least one permission').max(200),
    reach,
  })
  .partial();
export const byRoleName = z.object({ name: z.string().min(1).max(64) });

/**
 * What the built-in roles hold. `separated`: administrators run the installation and see no personal data.
 * `ladder`: each role has everything that the one below has.
 */
export const rolePreset = z.enum(['separated', 'ladder']);
export type RolePreset = z.infer<typeof rolePreset>;
export const rolePresetState = z.object({ preset: rolePreset });

export const team = z
  .string()
  .regex(/^[a-z][a-z0-9-]{0,39}$/, 'must be small letters, digits and hyphens, such as payments');
export const teamsInput = z.strictObject({ teams: z.array(team).max(50) });
export const userTeams = z.object({ teams: z.array(z.string()) });

/** Acts that can need a second person. */
export const approvalKindNames = [
  'bulk-export',
  'grant-administration',
  'shorten-retention',
  'release-hold',
  'replay-payout',
  'silence-critical',
] as const;
export const approvalKindName = z.enum(approvalKindNames);
export type ApprovalKindName = z.infer<typeof approvalKindName>;

/**
 * `always`: nobody does it alone. `when-possible`: a second person is needed as soon as there is one who
 * could approve; without one it is done, and that is on record. `off`: one person is enough.
 */
export const approvalMode = z.enum(['always', 'when-possible', 'off']);
export type ApprovalMode = z.infer<typeof approvalMode>;
export const approvalKind = z.object({
  kind: approvalKindName,
  title: z.string(),
  description: z.string(),
  mode: approvalMode,
  /** How long a request waits for an answer, ms. */
  expiresMs: z.number().int(),
});
export type ApprovalKindView = z.infer<typeof approvalKind>;
export const approvalKinds = z.object({ items: z.array(approvalKind) });
export const byApprovalKind = z.object({ kind: approvalKindName });
export const approvalKindUpdate = z.strictObject({ mode: approvalMode });

/**
 * `approved` waits for its one execution, `executing` is under way, `executed` and `failed` were carried
 * out and answered, `interrupted` was cut off while it ran: the audit log says how far it came.
 */
export const approvalState = z.enum([
  'pending',
  'approved',
  'executing',
  'executed',
  'failed',
  'interrupted',
  'refused',
  'withdrawn',
  'expired',
]);
export type ApprovalState = z.infer<typeof approvalState>;

/** Whoever grants rights, approves or reviews has to know whose they are. */
const person = z.object({
  id: z.string(),
  name: personal('name', { alsoFor: 'user.manage', owner: 'id' })(z.string()),
});

/** A call that waits for a second person, or did. */
export const approval = z.object({
  id,
  kind: approvalKindName,
  state: approvalState,
  method: z.string(),
  /** Path and query as they were called. */
  url: z.string(),
  /** The body as it was sent, without its secrets; null when there was none. */
  body: z.unknown(),
  /** SHA-256 of the call, hex: what was approved is what is executed. */
  digest: z.string(),
  /** What the second person must hold too. */
  permission: z.string(),
  requestedBy: person,
  requestedAt: time,
  expiresAt: time,
  decidedBy: person.nullable(),
  decidedAt: time.nullable(),
  note: z.string().nullable(),
  executedAt: time.nullable(),
  /** HTTP status of the execution. */
  status: z.number().int().nullable(),
  /** The caller made this request. */
  own: z.boolean(),
  /** The caller may answer it now. */
  decidable: z.boolean(),
  /** It is not executed by the approval but by calling it again, as a download is. */
  byRepeating: z.boolean(),
});
export type ApprovalView = z.infer<typeof approval>;
/** The 202 answer to a call that needs a second person. */
export const approvalPending = z.object({ approval });
export const approvalQuery = z.object({
  state: approvalState.optional(),
  cursor: z.string().max(200).optional(),
  limit: z.coerce.number().int().min(1).max(500).default(50),
});
export const approvalApprove = z.strictObject({ note: z.string().trim().max(500).default('') });
export const approvalRefuse = z.strictObject({ note: reason });

/** Which list of addresses a rule belongs to: of everybody, of a role or of one API token. */
export const addressScope = z.enum(['installation', 'role', 'token']);
export type AddressScope = z.infer<typeof addressScope>;
export const addressRule = z.object({
  id,
  scope: addressScope,
  /** Name of the role or id of the token; null for the installation. */
  subject: z.string().nullable(),
  /** An address or a range, such as `192.0.2.7` or `2001:db8::/32`. */
  range: z.string(),
  note: z.string(),
  createdBy: z.string(),
  createdAt: time,
});
export type AddressRuleView = z.infer<typeof addressRule>;
export const addressRuleCreate = z.strictObject({
  scope: addressScope,
  subject: z.string().min(1).max(64).nullable().default(null),
  range: z.string().trim().min(1).max(64),
  note: z.string().trim().max(200).default(''),
  /** Do it even though it keeps the caller's own address out. */
  confirm: z.boolean().default(false),
});
export const addressRuleRemove = z.object({
  confirm: z
    .enum(['true', 'false'])
    .default('false')
    .transform((text) => text === 'true'),
});
/** The rules, and the address that the caller has for Custos. */
export const addressRules = z.object({ address: z.string(), items: z.array(addressRule) });

export const reviewState = z.enum(['open', 'signed']);
export const accessReview = z.object({
  id,
  /** Quarter, such as `2026-Q4`. */
  period: z.string(),
  state: reviewState,
  startedBy: z.string(),
  startedAt: time,
  dueAt: time,
  signedBy: z.string().nullable(),
  signedAt: time.nullable(),
  /** SHA-256 of the signed document, hex; the same is in the audit log. */
  digest: z.string().nullable(),
  lines: z.number().int(),
  undecided: z.number().int(),
  revoked: z.number().int(),
});
export type AccessReviewView = z.infer<typeof accessReview>;
export const reviewDecision = z.enum(['keep', 'revoke']);
export type ReviewDecision = z.infer<typeof reviewDecision>;
/** A review says nothing without the people: those who decide it and those who audit it see them. */
const reviewers = ['user.manage', 'audit.read'] as const;

/** One person or API token with what they hold, as it was when the review began. */
export const reviewLine = z.object({
  id,
  kind: z.enum(['user', 'token']),
  subject: z.string(),
  name: personal('name', { alsoFor: reviewers, owner: 'subject' })(z.string()),
  /** The owner's address for a token. */
  email: personal('email', { alsoFor: reviewers, owner: 'subject' })(z.string()),
  role: z.string(),
  permissions: z.array(z.string()),
  teams: z.array(z.string()),
  disabled: z.boolean(),
  lastUsedAt: time.nullable(),
  decision: reviewDecision.nullable(),
  note: z.string().nullable(),
  decidedBy: z.string().nullable(),
  decidedAt: time.nullable(),
});
export type ReviewLineView = z.infer<typeof reviewLine>;
export const reviewDecide = z.strictObject({
  line: z.string().min(1).max(64),
  decision: reviewDecision,
  note: z.string().trim().max(500).default(''),
});
/** What was signed: its SHA-256 as these bytes is `digest`. */
export const reviewEvidence = z.object({ digest: z.string(), document: z.string() });

/** Which object an act is on, for permissions that reach only a part. */
export const objectFacts = z.strictObject({
  /** User ids of those whose object it is: author, assignees. */
  owners: z.array(z.string().max(64)).max(100).default([]),
  team: team.nullable().default(null),
});
export const authorizeInput = z.strictObject({
  permission,
  /** A session token for services or an API token; the caller itself when left out. */
  credential: z.string().min(1).max(4096).optional(),
  /** The address of whoever sent the credential, for address rules. */
  address: z.string().max(64).optional(),
  object: objectFacts.optional(),
});
export const authorizeAnswer = z.object({
  allowed: z.boolean(),
  /** Why not; null when it is allowed. */
  reason: z.enum(['credential', 'permission', 'object', 'address']).nullable(),
  /** Who it is about; null when the credential is worth nothing. */
  identity: z.object({ userId: z.string(), role: z.string(), kind: z.enum(['user', 'token']) }).nullable(),
});
export type AuthorizeAnswer = z.infer<typeof authorizeAnswer>;
