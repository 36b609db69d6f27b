import { z } from 'zod';
import { time } from './common.ts';

const count = z.number().int();

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

/** What comparing the index with the logs found, entry by entry. */
export const auditIndexCheck = z.object({
  ok: z.boolean(),
  checkedAt: time,
  durationMs: z.number(),
  logs: z.array(
    z.object({
      log: z.string(),
      /** What was compared; `to` is exclusive. */
      from: count,
      to: count,
      /** Entries above `to`, which wait to be indexed; searches read them from the log. */
      behind: count,
      /** SHA-256 over the digests of all ranges, hex: of the log, and of the index. */
      expectedDigest: z.string(),
      foundDigest: z.string(),
      differing: z.array(
        z.object({
          from: count,
          to: count,
          expected: count,
          found: count,
          /** The first indexes at fault; at most 20. */
          indexes: z.array(count),
        }),
      ),
    }),
  ),
});
export type AuditIndexCheck = z.infer<typeof auditIndexCheck>;
