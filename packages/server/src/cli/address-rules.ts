import type { Command } from 'commander';
import type { CommandContext } from './context.ts';
import { withOperator } from './with-operator.ts';

/** `custos address-rules clear`: the way back in for who has locked themselves out. */
export function addressRulesCommand(program: Command, _context: CommandContext): void {
  program
    .command('address-rules')
    .description('Manage from which addresses calls are taken.')
    .command('clear')
    .description(
      'Remove the address rules of the installation and of roles; those of API tokens stay. On record.',
    )
    .option('-c, --config <file>', 'configuration file')
    .action(({ config }: { config?: string }) =>
      withOperator(config, async ({ clearAddressRules }) => {
        const count = await clearAddressRules();
        console.log(`${count} address rules removed. A running server follows within a second.`);
      }),
    );
}
