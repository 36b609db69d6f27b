import { z } from 'zod';
import { auditQuery } from './audit.ts';
import { name, time } from './common.ts';

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
/** All of an owner's and those that others share: few by nature. */
export const savedSearches = z.object({ searches: z.array(savedSearch) });
