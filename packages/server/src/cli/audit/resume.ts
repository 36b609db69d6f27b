import type { Command } from 'commander';
import { resumeLog } from '../../app/audit/host/resume.ts';
import { loadOptions } from '../../app/options.ts';
import type { CommandContext } from '../context.ts';

interface ResumeOptions {
  readonly log: string;
  readonly origin: string;
  readonly config?: string;
}

/** `custos audit resume`: the explicit order to go on after `ledger_behind` or `ledger_forked`. */
export function resumeCommand(audit: Command, context: CommandContext): void {
  audit
    .command('resume')
    .description(
      'Go on with a log that must not sign any more, under a new origin. The old head goes on record. Stop Custos first.',
    )
    .requiredOption('--log <name>', 'name of the log, such as security')
    .requiredOption('--origin <origin>', 'a new name, such as audit.example.com/security-2')
    .option('-c, --config <file>', 'configuration file')
    .action(async ({ log, origin, config }: ResumeOptions) => {
      const done = await resumeLog(await loadOptions({ file: config }), { log, origin });
      const { oldOrigin, newOrigin, size, known, next } = done;
      console.log(
        known === null
          ? `"${log}" goes on as ${newOrigin}, as an earlier attempt had ordered.`
          : `"${log}" goes on as ${newOrigin} behind its ${size} entries. ${oldOrigin} is given up: ${known.source} knows ${known.size} entries of it.`,
      );
      if (next !== null) {
        console.log(`The ledger does not open yet: ${next}`);
        context.exitCode = 1;
      }
      console.log('Tell those who verify this log, and the witnesses, about the new origin and its key.');
    });
}
