import { readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import type { Clock } from '../../../base/clock.ts';
import { messageOf } from '../../../base/errors.ts';
import { readConfiguredGroups } from '../files/configured-groups.ts';
import type { RuleGroup } from '../types.ts';
import { readUnitTests } from './read-unit-tests.ts';
import { runTestGroup } from './run-test-group.ts';

/** How a file of unit tests fared. */
export interface UnitTestReport {
  readonly file: string;
  /** Test groups that were run. */
  readonly tests: number;
  /** What is not as expected, one text each; empty when all is well. */
  readonly failures: readonly string[];
}

/** Groups that the order names come first, in its order. */
function inOrder(groups: readonly RuleGroup[], order: readonly string[]): RuleGroup[] {
  const place = (name: string): number => (order.includes(name) ? order.indexOf(name) : order.length);
  return groups.toSorted((left, right) => place(left.name) - place(right.name));
}

/** Evaluations of one test; more would take very long and is mostly a slip of the pen. */
const mostEvaluations = 100_000;

/** Runs a file of unit tests for rules. What keeps it from running is told as a failure. */
export async function runUnitTests(file: string, clock: Clock): Promise<UnitTestReport> {
  const failures: string[] = [];
  let tests = 0;
  try {
    const settings = readUnitTests(readFileSync(file, 'utf8'));
    if (settings.evaluation_interval <= 0) throw new Error('evaluation_interval: must be more than 0');
    const patterns = settings.rule_files.map((pattern) => resolve(dirname(file), pattern));
    const groups = inOrder(readConfiguredGroups(patterns), settings.group_eval_order);
    for (const [index, test] of settings.tests.entries()) {
      const times = [...test.alert_rule_test, ...test.promql_expr_test].map(({ eval_time }) => eval_time);
      if (Math.max(0, ...times) / settings.evaluation_interval > mostEvaluations) {
        throw new Error(`a test evaluates more than ${mostEvaluations} times; lengthen evaluation_interval`);
      }
      tests += 1;
      const name = test.name === '' ? `${index + 1}` : test.name;
      for (const failure of await runTestGroup(groups, test, { settings, clock })) {
        failures.push(`test ${name}: ${failure}`);
      }
    }
  } catch (error) {
    failures.push(messageOf(error));
  }
  return { file, tests, failures };
}
