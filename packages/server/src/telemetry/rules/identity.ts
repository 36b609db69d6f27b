import { createHash } from 'node:crypto';
import type { Labels } from '../../base/labels.ts';
import { labelSetOf } from '../promql/label-set.ts';

const digest = (text: string): string => createHash('sha256').update(text).digest('hex').slice(0, 32);

// Lengths stand before the texts, so that different lists never look alike.
const joined = (texts: readonly string[]): string => texts.map((text) => `${text.length}:${text}`).join('');

/** A set of labels in 32 hexadecimal digits. */
export const fingerprintOf = (labels: Labels): string => digest(labelSetOf(labels).key);

/** The id of a group that comes from a file. */
export const fileGroupId = (file: string, name: string): string => `mrg_${digest(joined([file, name]))}`;

/**
 * The id of a rule, from what names it, so that it stays the same while its expression is edited. `ordinal`
 * counts those that are alike in everything else.
 */
export const ruleIdOf = (groupId: string, parts: readonly string[], ordinal: number): string =>
  `mru_${digest(joined([groupId, ...parts, String(ordinal)]))}`;
