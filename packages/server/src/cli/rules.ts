import { readFileSync } from 'node:fs';
import type { Command } from 'commander';
import { systemClock } from '../base/clock.ts';
import { messageOf } from '../base/errors.ts';
import { readRuleFile } from '../telemetry/rules/files/read-rule-file.ts';
import { runUnitTests } from '../telemetry/rules/unit-tests/run-unit-tests.ts';
import type { CommandContext } from './context.ts';

interface CheckReport {
  readonly file: string;
  readonly groups: number;
  readonly rules: number;
  /** Each with its line, where one is known. */
  readonly faults: readonly string[];
}

function check(file: string): CheckReport {
  try {
    const { groups, faults } = readRuleFile(readFileSync(file, 'utf8'));
    return {
      file,
      groups: groups.length,
      rules: groups.reduce((sum, { rules }) => sum + rules.length, 0),
      faults: faults.map(({ line, group, rule, message }) =>
        [
          line === null ? file : `${file}:${line}`,
          ...(group === '' ? [] : [`group ${JSON.stringify(group)}`]),
          ...(rule === '' ? [] : [`rule ${JSON.stringify(rule)}`]),
          message,
        ].join(': '),
      ),
    };
  } catch (error) {
    return { file, groups: 0, rules: 0, faults: [`${file}: ${messageOf(error)}`] };
  }
}

/** `custos rules`: looks at rule files and tries them, without a running server. */
export function rulesCommand(program: Command, context: CommandContext): void {
  const rules = program
    .command('rules')
    .description("Rules on metrics, in the notation of Prometheus's rule files.");

  rules
    .command('check')
    .description('Read rule files and name every fault with its line. Exits 1 when there is one.')
    .argument('<files...>', 'rule files')
    .option('--json', 'print the reports as JSON')
    .action((files: readonly string[], { json }: { json?: boolean }) => {
      const reports = files.map(check);
      if (json) console.log(JSON.stringify(reports));
      else {
        for (const { file, groups, rules: count, faults } of reports) {
          if (faults.length === 0) console.log(`${file}: ${count} rules in ${groups} groups`);
          for (const fault of faults) console.log(fault);
        }
      }
      context.exitCode = reports.some(({ faults }) => faults.length > 0) ? 1 : 0;
    });

  rules
    .command('test')
    .description(
      'Run unit tests for rules, in the notation of `promtool test rules`. Exits 1 when one fails.',
    )
    .argument('<files...>', 'files of unit tests')
    .option('--json', 'print the reports as JSON')
    .action(async (files: readonly string[], { json }: { json?: boolean }) => {
      const reports = [];
      for (const file of files) reports.push(await runUnitTests(file, systemClock));
      if (json) console.log(JSON.stringify(reports));
      else {
        for (const { file, tests, failures } of reports) {
          console.log(`${file}: ${failures.length === 0 ? `passed (${tests} tests)` : 'FAILED'}`);
          for (const failure of failures) console.log(`  ${failure}`);
        }
      }
      context.exitCode = reports.some(({ failures }) => failures.length > 0) ? 1 : 0;
    });
}
