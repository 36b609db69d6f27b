import type { WrittenGroup } from './files/read-rule-file.ts';
import { ruleIdOf } from './identity.ts';
import type { GroupRule, RuleGroup } from './types.ts';

/** Prometheus's `global.evaluation_interval`. */
const defaultIntervalMs = 60_000;

/** A group as it was written, made ready for evaluation under an id. */
export function groupOf(
  written: WrittenGroup,
  place: {
    readonly id: string;
    readonly file: string | null;
    readonly enabled: boolean;
    readonly channelIds: readonly string[];
  },
): RuleGroup {
  const seen = new Map<string, number>();
  const rules = written.rules.map(({ kind, name, expression, labels, annotations, ...timing }): GroupRule => {
    const parts = [kind, name, ...[...labels].flatMap(([label, { source }]) => [label, source])];
    const alike = parts.join('\0');
    const ordinal = seen.get(alike) ?? 0;
    seen.set(alike, ordinal + 1);
    const shared = { id: ruleIdOf(place.id, parts, ordinal), name, expression, labels };
    return kind === 'record' ? { ...shared, kind } : { ...shared, kind, annotations, ...timing };
  });
  return {
    ...place,
    name: written.name,
    intervalMs: written.intervalMs ?? defaultIntervalMs,
    queryOffsetMs: written.queryOffsetMs,
    limit: written.limit,
    rules,
    source: written.source,
  };
}
