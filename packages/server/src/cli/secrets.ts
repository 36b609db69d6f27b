import type { Command } from 'commander';
import { openOperator } from '../app/operator.ts';
import { loadOptions } from '../app/options.ts';
import type { CommandContext } from './context.ts';

/** `custos secrets rotate`: seals every stored secret with the newest key. */
export function secretsCommand(program: Command, _context: CommandContext): void {
  program
    .command('secrets')
    .description('Manage the encryption of stored secrets.')
    .command('rotate')
    .description('Seal every stored secret again with the newest key; the older keys may then be removed.')
    .option('-c, --config <file>', 'configuration file')
    .action(async ({ config }: { config?: string }) => {
      const operator = await openOperator(await loadOptions({ file: config }));
      try {
        const count = await operator.rotateSecrets();
        console.log(`${count} secrets are sealed with the newest key. Older keys may be removed now.`);
      } finally {
        await operator.close();
      }
    });
}
