import type { LogPatternsView } from '@custos/contract';
import type { Columns } from '../../storage/columns/columns.ts';
import { loadSample, loadTotal } from './store.ts';
import type { Scope } from './types.ts';
import { byFrequency, foldLines, queryOf } from './fold.ts';

/** Records that are looked at, at most about so many. */
const sampleSize = 20_000;
const shownPatterns = 100;
const shownServices = 10;
const exampleLength = 500;

/**
 * The shapes of the records of a scope, most frequent first. Of many records a part is looked at, chosen by
 * their places and not by what is in them; counts are then estimates, scaled to all of them.
 */
export async function patternsOf(columns: Columns, scope: Scope): Promise<LogPatternsView> {
  const total = await loadTotal(columns, scope);
  const every = Math.ceil(total / sampleSize);
  const lines = await loadSample(columns, scope, { every, limit: sampleSize * 2 });
  const sampled = lines.length;
  const scale = sampled === 0 ? 1 : Math.max(1, total / sampled);
  return {
    sampled,
    total: Math.max(total, sampled),
    patterns: foldLines(lines)
      .slice(0, shownPatterns)
      .map((shape) => ({
        shape: shape.words.join(' '),
        count: Math.round(shape.count * scale),
        severity: byFrequency(shape.severities)[0] ?? 'info',
        services: byFrequency(shape.services).slice(0, shownServices),
        firstAt: shape.firstMs,
        lastAt: shape.lastMs,
        example: shape.example.slice(0, exampleLength).toWellFormed(),
        query: queryOf(shape),
      })),
  };
}
