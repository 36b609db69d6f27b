import type { TimeModifiers } from '../syntax/ast.ts';
import { timeOf, type Steps } from './column.ts';
import type { Run } from './evaluator.ts';

/** The time that a selector looks at for each step, with `@` and `offset` applied. */
export function referenceTime(modifiers: TimeModifiers, steps: Steps, run: Run): (step: number) => number {
  const offset = modifiers.offsetMs ?? 0;
  const { at } = modifiers;
  if (at === undefined) return (step) => timeOf(steps, step) - offset;
  const fixed = at.kind === 'time' ? at.ms : at.kind === 'start' ? run.startMs : run.endMs;
  return () => fixed - offset;
}
