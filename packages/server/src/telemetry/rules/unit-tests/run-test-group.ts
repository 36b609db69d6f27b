import type { Clock } from '../../../base/clock.ts';
import type { Labels } from '../../../base/labels.ts';
import { messageOf } from '../../../base/errors.ts';
import { writeDuration } from '../../promql/duration-text.ts';
import { createPromqlEngine } from '../../promql/engine.ts';
import { labelSetOf, writeLabelSet } from '../../promql/label-set.ts';
import { createMemoryStorage } from '../../promql/memory-storage.ts';
import { writeGeneral } from '../../promql/number-text.ts';
import { alertSeries } from '../alert-series.ts';
import { evaluateGroup } from '../evaluate-group.ts';
import { vectorOf } from '../hits.ts';
import { createMemoryIntake } from '../memory-intake.ts';
import { createSeriesWriter } from '../series-writer.ts';
import type { Instance, RuleGroup } from '../types.ts';
import type { TestGroup, UnitTests } from './read-unit-tests.ts';

interface Shown {
  readonly labels: Labels;
  readonly text: string;
}

const writeLabels = (labels: Labels): string => writeLabelSet(labelSetOf(labels));

/** Texts in a fixed order, so that lists compare whatever order they came in. */
const ordered = (items: readonly Shown[]): string[] => items.map(({ text }) => text).toSorted();

const list = (items: readonly string[]): string =>
  items.length === 0 ? '[]' : `[\n${items.map((item) => `        ${item}`).join('\n')}\n      ]`;

function difference(what: string, expected: readonly Shown[], got: readonly Shown[]): string | undefined {
  const [wanted, found] = [ordered(expected), ordered(got)];
  if (wanted.length === found.length && wanted.every((text, index) => text === found[index]))
    return undefined;
  return `${what}:\n      exp: ${list(wanted)}\n      got: ${list(found)}`;
}

const shownAlert = (labels: Labels, annotations: Labels): Shown => ({
  labels,
  text: `Labels:${writeLabels(labels)} Annotations:${writeLabels(annotations)}`,
});

const close = (left: number, right: number): boolean =>
  left === right || Math.abs(left - right) <= 1e-9 * Math.max(Math.abs(left), Math.abs(right));

/** Runs one test group: evaluates the rules from 0 on and returns what is not as expected. */
export async function runTestGroup(
  groups: readonly RuleGroup[],
  test: TestGroup,
  { settings, clock }: { readonly settings: UnitTests; readonly clock: Clock },
): Promise<string[]> {
  const storage = createMemoryStorage();
  const engine = createPromqlEngine({ storage, clock });
  const writer = createSeriesWriter(createMemoryIntake(storage));
  const stepMs = settings.evaluation_interval;
  const instances = new Map<string, readonly Instance[]>();
  const failures: string[] = [];
  const surroundings = { externalLabels: test.external_labels, externalUrl: test.external_url };
  for (const { labels, at } of test.input_series) storage.append(labels, at(test.interval ?? stepMs));

  async function evaluate(atMs: number): Promise<void> {
    const parts = {
      engine,
      surroundings,
      monotonic: () => 0,
      instancesOf: (ruleId: string) => instances.get(ruleId) ?? [],
      record: async (...[rule, samples, time]: Parameters<Parameters<typeof evaluateGroup>[0]['record']>) =>
        writer.write(rule.id, samples, time),
    };
    for (const group of groups) {
      for (const { rule, error, advance } of await evaluateGroup(parts, group, atMs)) {
        if (error !== null) failures.push(`rule: ${rule.name}, time: ${writeDuration(atMs)}, err: ${error}`);
        if (advance === null) continue;
        instances.set(rule.id, advance.instances);
        await writer.write(rule.id, alertSeries(advance.instances), atMs);
      }
    }
  }

  function checkAlerts(atMs: number): void {
    const due = test.alert_rule_test.filter(
      ({ eval_time }) => eval_time >= atMs && eval_time < atMs + stepMs,
    );
    for (const { alertname, eval_time, exp_alerts } of due) {
      const rules = groups.flatMap((group) =>
        group.rules.filter(({ name, kind }) => name === alertname && kind === 'alert'),
      );
      const firing = rules
        .flatMap(({ id }) => instances.get(id) ?? [])
        .filter(({ state }) => state === 'firing')
        .map(({ labels, annotations }) => shownAlert(labels, annotations));
      const expected = exp_alerts.map(({ exp_labels, exp_annotations }) =>
        shownAlert({ ...exp_labels, alertname }, exp_annotations),
      );
      const wrong = difference(
        `alertname: ${alertname}, time: ${writeDuration(eval_time)}`,
        expected,
        firing,
      );
      if (wrong !== undefined) failures.push(wrong);
    }
  }

  async function checkExpression({
    expr,
    eval_time,
    exp_samples,
  }: TestGroup['promql_expr_test'][number]): Promise<void> {
    const what = `expr: ${JSON.stringify(expr)}, time: ${writeDuration(eval_time)}`;
    const shown = (labels: Labels, value: number): Shown => ({
      labels,
      text: `${writeLabels(labels)} ${writeGeneral(value)}`,
    });
    try {
      const got = await vectorOf(engine, expr, { atMs: eval_time });
      const byLabels = new Map(got.map(({ labels, value }) => [labelSetOf(labels).key, value]));
      const expected = exp_samples.map(({ labels, value }) => {
        const found = byLabels.get(labelSetOf(labels).key);
        const same = settings.fuzzy_compare && found !== undefined && close(found, value);
        return shown(labels, same ? found : value);
      });
      const wrong = difference(
        what,
        expected,
        got.map(({ labels, value }) => shown(labels, value)),
      );
      if (wrong !== undefined) failures.push(wrong);
    } catch (error) {
      failures.push(`${what}, err: ${messageOf(error)}`);
    }
  }

  const times = [...test.alert_rule_test, ...test.promql_expr_test].map(({ eval_time }) => eval_time);
  const lastMs = Math.max(0, ...times);
  for (let atMs = 0; atMs <= lastMs; atMs += stepMs) {
    await evaluate(atMs);
    checkAlerts(atMs);
  }
  for (const expression of test.promql_expr_test) await checkExpression(expression);
  return failures;
}
