import { z } from 'zod';
import { auditEventType, savedSearch } from './audit.ts';
import { time } from './common.ts';

/** Answers that hold one list, whole: these are short by nature. */
export const auditEventTypes = z.object({ types: z.array(auditEventType) });
export const savedSearches = z.object({ searches: z.array(savedSearch) });

const count = z.number().int();

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
