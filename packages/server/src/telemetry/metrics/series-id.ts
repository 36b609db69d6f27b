import { hash } from 'node:crypto';
import { labelSetOf } from '../promql/label-set.ts';
import type { Labels } from '../../base/labels.ts';

/**
 * The name of a series in columns: the first eight bytes of the SHA-256 of its labels in order, little-endian.
 * Two of ten million series share one with a probability of about three in a million.
 */
export function seriesId(labels: Labels): bigint {
  return hash('sha256', labelSetOf(labels).key, 'buffer').readBigUInt64LE(0);
}
