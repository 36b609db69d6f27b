import { z } from 'zod';
import { name, time } from './common.ts';
import { personal } from './personal-data.ts';

export const auditOutcome = z.enum(['attempted', 'succeeded', 'failed', 'denied']);
export const auditSeverity = z.enum(['info', 'low', 'medium', 'high', 'critical']);

/** Who acted or what was acted on. The id is a pseudonym and stays; the name is personal data. */
export const auditParty = z.object({
  type: z.string(),
  /** Null when it is sealed. */
  id: z.string().nullable(),
  /** The present name of a user or token of this installation; null for others and for those who are gone. */
  name: personal('name', { alsoFor: 'user.manage', owner: 'id' })(z.string().nullable()),
});

/** Where an event is kept for good. */
export const auditPlace = z.object({ log: z.string(), index: z.number().int().min(0) });

export const auditEvent = z.object({
  id: z.string(),
  /** When it happened, as its source says. */
  time,
  /** When Custos received it. */
  receivedTime: time,
  type: z.string(),
  action: z.string(),
  outcome: auditOutcome,
  severity: auditSeverity,
  source: z.string(),
  actor: auditParty,
  target: auditParty.nullable(),
  tenant: z.string().nullable(),
  traceId: z.string().nullable(),
  requestId: z.string().nullable(),
  details: z.record(z.string(), z.unknown()),
  /** Fields that are in the vault and not here, such as the address; how many, since the log does not say which. */
  sealedCount: z.number().int(),
  place: auditPlace,
});
export type AuditEventView = z.infer<typeof auditEvent>;

const word = z.string().min(1).max(200);

const detailPair = z.string().regex(/^[^=]+=/, 'must be path=value, such as order.id=17');
/** One or more of a query; a list everywhere else. */
const detailPairs = z.codec(z.union([detailPair, z.array(detailPair).max(20)]), z.array(z.string()), {
  decode: (given) => (typeof given === 'string' ? [given] : given),
  encode: (pairs) => pairs,
});

/** Which events; what is left out does not filter. */
export const auditQuery = z.object({
  /** Received at or after. */
  from: time.optional(),
  /** Received before. */
  to: time.optional(),
  /** Id of who acted, or the name of a user or token of this installation. */
  actor: word.optional(),
  target: word.optional(),
  /** Id or name of either side: everything that one did and that was done to them. */
  party: word.optional(),
  /** `noun.verb`, or a noun for all of its actions. */
  action: word.optional(),
  outcome: auditOutcome.optional(),
  type: word.optional(),
  category: word.optional(),
  severity: auditSeverity.optional(),
  source: word.optional(),
  tenant: word.optional(),
  log: word.optional(),
  requestId: word.optional(),
  traceId: word.optional(),
  /** Part of the text of the event; case does not matter. */
  text: z.string().min(1).max(500).optional(),
  /** `path=value` within the details, such as `order.id=17`; may be given more than once. */
  detail: detailPairs.optional(),
});
export type AuditQuery = z.infer<typeof auditQuery>;

/** Proof that an event is in a signed log; everything that is needed to check it, but trust in the key. */
export const auditProof = z.object({
  origin: z.string(),
  /** The exact bytes that the log keeps, base64. */
  leaf: z.string(),
  /** SHA-256 of 0x00 and the leaf (RFC 6962), base64. */
  leafHash: z.string(),
  /** C2SP tlog-proof with the checkpoint; null until the next checkpoint, about a second. */
  receipt: z.string().nullable(),
});

/** One event with its proof and the names of its sealed fields. */
export const auditEventDetail = auditEvent.extend({
  proof: auditProof,
  /** Fields that the vault still has, such as `address` and `actor.name`; erased ones are not among them. */
  sealedFields: z.array(z.string()),
});
export type AuditEventDetail = z.infer<typeof auditEventDetail>;

export const revealInput = z.strictObject({
  field: z.string().min(1).max(200),
  /** Why it has to be seen; part of the record. */
  reason: z.string().trim().min(3, 'must say why, in at least 3 characters').max(500),
});
export const revealed = z.object({ field: z.string(), value: z.unknown() });

/** How sure the sender of events wants to be before it is answered. */
export const acknowledgement = z.enum(['durable', 'witnessed', 'buffered']);

/** What became of each event of a batch, in order. */
export const submissionResult = z.discriminatedUnion('status', [
  z.object({
    status: z.literal('accepted'),
    id: z.string(),
    log: z.string(),
    /** Null for `buffered`, which has no place yet. */
    index: z.number().int().nullable(),
    /** RFC 6962 leaf hash, base64. */
    leafHash: z.string().nullable(),
  }),
  z.object({
    status: z.literal('rejected'),
    code: z.string(),
    errors: z.array(z.object({ field: z.string(), message: z.string() })),
  }),
  z.object({ status: z.literal('dropped'), code: z.string() }),
]);
export const submissionAnswer = z.object({ results: z.array(submissionResult) });
export type SubmissionAnswer = z.infer<typeof submissionAnswer>;

export const auditEventType = z.object({
  type: z.string(),
  title: z.string(),
  category: z.string(),
  log: z.string(),
  severity: auditSeverity,
  /** Never dropped by the rate limit. */
  protected: z.boolean(),
  sensitiveFields: z.array(z.string()),
  /** JSON Schema of the details. */
  details: z.record(z.string(), z.unknown()),
});
export type AuditEventTypeView = z.infer<typeof auditEventType>;

export const auditExportFormat = z.enum(['ndjson', 'csv', 'cef', 'ecs', 'ocsf', 'cloudevents']);

export const auditHistogramQuery = auditQuery.extend({
  from: time,
  to: time,
  /** Width of a step, ms; at most 2,000 steps. */
  stepMs: z.coerce.number().int().min(1000),
});
export const auditHistogram = z.object({
  steps: z.array(z.object({ at: time, count: z.number().int() })),
});

export const auditTopField = z.enum(['actor', 'action', 'type', 'source', 'target', 'outcome']);
export const auditTopQuery = auditQuery.extend({
  field: auditTopField,
  limit: z.coerce.number().int().min(1).max(1000).default(10),
});
export const auditTop = z.object({
  values: z.array(z.object({ value: z.string(), count: z.number().int() })),
});

/** Security events of one source: refused input, rate limits, blocked calls, failed sign-ins, denials. */
export const securityGroup = z.object({
  source: z.string(),
  count: z.number().int(),
  /** What the events stand for: a flood of bad calls is one event with a count. */
  occurrences: z.number().int(),
  kinds: z.array(z.object({ type: z.string(), outcome: auditOutcome, count: z.number().int() })),
  first: time,
  last: time,
});
export type SecurityGroupView = z.infer<typeof securityGroup>;
export const securityGroupsQuery = z.object({ from: time, to: time });
export const securityGroups = z.object({ groups: z.array(securityGroup) });

/** A search that somebody keeps. */
export const savedSearchInput = z.strictObject({
  name: name.max(100, 'must be at most 100 characters'),
  shared: z.boolean().default(false),
  filter: z.strictObject(auditQuery.shape),
});
export const savedSearch = z.object({
  id: z.string(),
  name: z.string(),
  shared: z.boolean(),
  /** False for a search that somebody else shares. */
  own: z.boolean(),
  filter: auditQuery,
  createdAt: time,
});
export type SavedSearchView = z.infer<typeof savedSearch>;

/** Evidence for others: a ZIP archive that verifies offline, without Custos. */
export const evidenceInput = z.strictObject({
  eventIds: z.array(z.string().min(1).max(64)).min(1).max(10_000),
  /** Sealed fields to disclose, such as `address`; needs the permission to see personal data. */
  fields: z.array(z.string().min(1).max(200)).max(64).default([]),
  reason: z.string().trim().min(3, 'must say why, in at least 3 characters').max(500),
});

export const erasureInput = z.strictObject({
  subject: z.strictObject({
    tenant: z.string().min(1).max(100).nullable().default(null),
    type: z.string().min(1).max(64),
    id: z.string().min(1).max(200),
  }),
  reason: z.string().trim().min(3, 'must say why, in at least 3 characters').max(500),
});
export const erasureReport = z.object({
  keyDestroyed: z.boolean(),
  fields: z.number().int(),
  events: z.number().int(),
  byField: z.record(z.string(), z.number().int()),
  /** `sealed`: the old key may remain, sealed, in parts of the store that are not used any more. */
  traces: z.enum(['none', 'sealed']),
});

export const legalHoldInput = z.strictObject({
  logs: z.array(z.string().min(1).max(64)).min(1).nullable().default(null),
  from: time.nullable().default(null),
  to: time.nullable().default(null),
  reason: z.string().trim().min(3, 'must say why, in at least 3 characters').max(500),
});
export const legalHold = z.object({
  id: z.string(),
  logs: z.array(z.string()).nullable(),
  from: time.nullable(),
  to: time.nullable(),
  reason: z.string(),
  placedBy: z.string(),
  placedAt: time,
  releasedBy: z.string().nullable(),
  releasedAt: time.nullable(),
});
export type LegalHoldView = z.infer<typeof legalHold>;

/** How far somebody outside is with one log. */
const outsideProgress = z.object({
  log: z.string(),
  size: z.number().int(),
  confirmedAt: time.nullable(),
  lagEntries: z.number().int(),
  lagMs: z.number(),
  failures: z.number().int(),
  error: z.string().nullable(),
});

/** What the ledger page shows. */
export const ledgerStatus = z.object({
  status: z.enum(['ok', 'degraded', 'critical']),
  reasons: z.array(z.string()),
  /** `files` on this host, or `database` when several nodes share one. */
  store: z.enum(['files', 'database']),
  /** What is and is not guaranteed with what is set up outside, in plain words. */
  guarantee: z.string(),
  journalBytes: z.number(),
  logs: z.array(
    z.object({
      name: z.string(),
      origin: z.string(),
      size: z.number().int(),
      bytes: z.number(),
      perSecond: z.number(),
      minimumIndex: z.number().int(),
      /** Days that entries are kept; null is for ever. */
      retentionDays: z.number().int().nullable(),
      archive: z.boolean(),
      checkpoint: z
        .object({ size: z.number().int(), root: z.string(), at: time.nullable(), note: z.string() })
        .nullable(),
      /** Verifier keys as C2SP writes them; the first is Ed25519. */
      verifierKeys: z.array(z.string()),
    }),
  ),
  /** C2SP tlog-policy that trusts what this installation trusts. */
  policy: z.string(),
  /** Verifier keys under which this installation cosigns for others; empty when it is nobody's witness. */
  witnessKeys: z.array(z.string()),
  witnesses: z.array(
    z.object({
      name: z.string(),
      url: z.string(),
      state: z.enum(['ok', 'behind', 'failing', 'forked']),
      logs: z.array(outsideProgress),
    }),
  ),
  anchors: z.array(
    z.object({
      name: z.string(),
      kind: z.enum(['s3-lock', 'rfc3161', 'webhook']),
      intervalMs: z.number(),
      logs: z.array(outsideProgress),
    }),
  ),
  egress: z.array(
    z.object({
      destination: z.string(),
      kind: z.string(),
      sending: z.boolean(),
      logs: z.array(
        z.object({
          log: z.string(),
          next: z.number().int(),
          size: z.number().int(),
          behind: z.number().int(),
          lagMs: z.number(),
          skipped: z.number().int(),
          failures: z.number().int(),
          lastSentAt: time.nullable(),
          lastError: z.object({ at: time, message: z.string() }).nullable(),
        }),
      ),
    }),
  ),
  index: z.object({
    state: z.enum(['indexing', 'away']),
    logs: z.array(
      z.object({
        log: z.string(),
        indexed: z.number().int(),
        size: z.number().int(),
        behind: z.number().int(),
      }),
    ),
    queries: z.object({
      count: z.number().int(),
      p50Ms: z.number().nullable(),
      p95Ms: z.number().nullable(),
    }),
    rebuild: z.object({ startedAt: time, done: z.number().int(), total: z.number().int() }).nullable(),
    lastError: z.string().nullable(),
    lastCheck: z.object({ ok: z.boolean(), checkedAt: time, differing: z.number().int() }).nullable(),
  }),
  /** The last verification of everything from the journal up; null before the first. */
  verification: z
    .object({
      state: z.enum(['running', 'ok', 'failed']),
      startedAt: time,
      durationMs: z.number().nullable(),
      entries: z.number().int(),
      findings: z.array(z.string()),
    })
    .nullable(),
});
export type LedgerStatusView = z.infer<typeof ledgerStatus>;

/** One component of the audit log's health with its thresholds (row A13). */
export const auditHealthComponent = z.object({
  name: z.string(),
  title: z.string(),
  status: z.enum(['ok', 'warning', 'critical', 'unknown']),
  message: z.string(),
  value: z.number().nullable(),
  unit: z.string().nullable(),
  warning: z.number().nullable(),
  critical: z.number().nullable(),
});
export const auditHealth = z.object({
  status: z.enum(['ok', 'warning', 'critical', 'unknown']),
  checkedAt: time,
  components: z.array(auditHealthComponent),
});
export type AuditHealthView = z.infer<typeof auditHealth>;
