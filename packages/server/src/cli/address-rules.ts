import type { Command } from 'commander';
import type { CommandContext } from './context.ts';
import { withOperator } from './with-operator.ts';

/** `custos address-rules clear`: the way back in for who has locked themselves out. */
export function addressRulesCommand(program: Command, _context: CommandContext): void {
  program
    .command('address-rules')
    .description('Manage from which addresses calls are taken.')
    .command('clear')
    .description('Remove every address rule, so that calls are taken from everywhere. On record.')
    .option('-c, --config <file>', 'configuration file')
    .action(({ config }: { config?: string }) =>
      withOperator(config, async ({ clearAddressRules }) => {
        const count = await clearAddressRules();
        console.log(`${count} address rules removed. A running server follows within a second.`);
      }),
    );
}
