import type { Command } from 'commander';
import { testConnections } from '../app/connections.ts';
import { ConfigurationError, formatFinding } from '../app/findings.ts';
import { loadOptions } from '../app/options.ts';
import type { CommandContext } from './context.ts';

/** `custos check`: every finding of the configuration, and whether the stores answer. Exits 0 or 2. */
export function checkCommand(program: Command, context: CommandContext): void {
  program
    .command('check')
    .description(
      'Check the configuration and the connections without starting. Exits 2 when something is wrong.',
    )
    .option('-c, --config <file>', 'configuration file')
    .option('--json', 'print the findings as JSON')
    .action(async ({ config, json }: { config?: string; json?: boolean }) => {
      try {
        const options = await loadOptions({ file: config });
        const findings = await testConnections(options);
        if (json) console.log(JSON.stringify({ source: options.source, findings }));
        else {
          console.log(
            options.source === null
              ? 'No configuration file: defaults are used.'
              : `${options.source}: valid`,
          );
          for (const finding of findings) console.log(formatFinding(finding));
          if (findings.length === 0) console.log('The stores answer.');
        }
        context.exitCode = findings.length === 0 ? 0 : 2;
      } catch (error) {
        if (!json || !(error instanceof ConfigurationError)) throw error;
        console.log(JSON.stringify({ source: null, findings: error.findings }));
        context.exitCode = 2;
      }
    });
}
