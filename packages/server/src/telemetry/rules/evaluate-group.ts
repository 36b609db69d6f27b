import { messageOf } from '../../base/errors.ts';
import type { PromqlEngine } from '../promql/engine.ts';
import { advance, type Advance } from './alerting-rule.ts';
import { hitsOf } from './hits.ts';
import { recordingOf, type RuleSample } from './recording-rule.ts';
import type { TemplateSurroundings } from './template/expand.ts';
import type { GroupRule, Instance, RuleGroup } from './types.ts';

/** What one evaluation of a rule came to. */
export interface Evaluation {
  readonly rule: GroupRule;
  /** Null when it went well; then exactly one of the two below is there. */
  readonly error: string | null;
  readonly advance: Advance | null;
  readonly samples: readonly RuleSample[] | null;
  readonly tookMs: number;
}

export interface EvaluateParts {
  readonly engine: PromqlEngine;
  readonly surroundings: TemplateSurroundings;
  readonly monotonic: () => number;
  readonly signal?: AbortSignal;
  /** The instances of an alerting rule as they were. */
  instancesOf(ruleId: string): readonly Instance[];
  /** Writes what a recording rule gave, before the next rule of the group looks. Throws when it cannot. */
  record(rule: GroupRule, samples: readonly RuleSample[], atMs: number): Promise<void>;
}

async function evaluateRule(
  parts: EvaluateParts,
  rule: GroupRule,
  at: { readonly group: RuleGroup; readonly atMs: number },
): Promise<Pick<Evaluation, 'advance' | 'samples'>> {
  const { engine, surroundings, signal } = parts;
  const { limit } = at.group;
  const asked = { atMs: at.atMs, ...(signal === undefined ? {} : { signal }) };
  if (rule.kind === 'record') {
    const samples = await recordingOf(engine, rule, asked);
    if (limit > 0 && samples.length > limit) {
      throw new Error(`exceeded limit of ${limit} with ${samples.length} series`);
    }
    await parts.record(rule, samples, at.atMs);
    return { advance: null, samples };
  }
  const hits = await hitsOf(engine, rule, { ...asked, surroundings });
  const next = advance(parts.instancesOf(rule.id), hits, { timing: rule, atMs: at.atMs });
  if (limit > 0 && next.instances.length > limit) {
    throw new Error(`exceeded limit of ${limit} with ${next.instances.length} alerts`);
  }
  return { advance: next, samples: null };
}

/** Evaluates the rules of a group in their order. A rule that fails keeps its instances and stops no other. */
export async function evaluateGroup(
  parts: EvaluateParts,
  group: RuleGroup,
  slotMs: number,
): Promise<readonly Evaluation[]> {
  const atMs = slotMs - group.queryOffsetMs;
  const evaluations: Evaluation[] = [];
  for (const rule of group.rules) {
    if (parts.signal?.aborted === true) break;
    const started = parts.monotonic();
    const over = () => parts.monotonic() - started;
    try {
      const made = await evaluateRule(parts, rule, { group, atMs });
      evaluations.push({ rule, error: null, ...made, tookMs: over() });
    } catch (error) {
      evaluations.push({ rule, error: messageOf(error), advance: null, samples: null, tookMs: over() });
    }
  }
  return evaluations;
}
