import { z } from 'zod';
import { time } from './common.ts';
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
  /**
   * The exact bytes that the log keeps, base64; null for who may not see all that is in them. The hash is
   * proven all the same.
   */
  leaf: z.string().nullable(),
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
export const auditEventTypes = z.object({ types: z.array(auditEventType) });

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
