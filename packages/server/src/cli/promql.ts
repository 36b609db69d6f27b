import { readFileSync } from 'node:fs';
import type { Command } from 'commander';
import { systemClock } from '../base/clock.ts';
import { runScript, type ScriptReport } from '../telemetry/promql/conform/run-script.ts';
import { writeReport } from '../telemetry/promql/conform/write-report.ts';
import type { CommandContext } from './context.ts';

/** `custos promql`: the query language by itself, without a running server. */
export function promqlCommand(program: Command, context: CommandContext): void {
  program
    .command('promql')
    .description('The query language for metrics.')
    .command('conform')
    .description(
      "Run files in the language of Prometheus's own tests and say which cases pass, fail or are skipped. Exits 1 when one fails.",
    )
    .argument('<files...>', 'files such as functions.test')
    .option('--json', 'print the reports as JSON')
    .action(async (files: readonly string[], { json }: { json?: boolean }) => {
      const reports: ScriptReport[] = [];
      for (const file of files) reports.push(await runScript(file, readFileSync(file, 'utf8'), systemClock));
      process.stdout.write(json ? `${JSON.stringify(reports)}\n` : writeReport(reports));
      context.exitCode = reports.some(({ failed }) => failed.length > 0) ? 1 : 0;
    });
}
