import type { Command } from 'commander';
import { createApp } from '../app/app.ts';
import { findingOf } from '../app/definition-findings.ts';
import { formatFinding } from '../app/findings.ts';
import { loadOptions } from '../app/options.ts';
import { CustosError, messageOf } from '../base/errors.ts';
import type { CommandContext } from './context.ts';
import { version } from './version.ts';

/** `custos serve`: runs until SIGTERM or SIGINT; a second signal ends it at once. */
export function serveCommand(program: Command, context: CommandContext): void {
  program
    .command('serve')
    .description('Run Custos: the API, the dashboard, probes, alerts and delivery.')
    .option('-c, --config <file>', 'configuration file (default: custos.config.ts or custos.yaml here)')
    .action(async ({ config }: { config?: string }) => {
      const options = await loadOptions({ file: config });
      const app = await createApp({ options, version: version() });
      const stopped = new Promise<void>((resolve) => {
        let signals = 0;
        const onSignal = (signal: NodeJS.Signals): void => {
          signals += 1;
          if (signals > 1) process.exit(130);
          console.error(`${signal}: finishing what is in flight (again to end at once)`);
          resolve();
        };
        process.on('SIGTERM', onSignal);
        process.on('SIGINT', onSignal);
      });
      try {
        await app.start();
      } catch (error) {
        console.error(`Custos could not start: ${messageOf(error)}`);
        if (error instanceof CustosError) {
          for (const fault of error.fields) console.error(formatFinding(findingOf(fault)));
        }
        context.exitCode = 1;
        return;
      }
      console.log(`Custos ${version()} is at ${app.address()}`);
      const link = await app.setupLink();
      if (link !== null) {
        console.log(`\n  Create the first account here (once, within 24 hours):\n  ${link}\n`);
      }
      await stopped;
      await app.stop();
    });
}
