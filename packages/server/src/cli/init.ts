import type { Command } from 'commander';
import { openOperator } from '../app/operator.ts';
import { loadOptions } from '../app/options.ts';
import type { CommandContext } from './context.ts';
import { openPrompt } from './prompt.ts';

/** `custos init`: the first account without a browser. */
export function initCommand(program: Command, _context: CommandContext): void {
  program
    .command('init')
    .description('Create the first account from the command line, as the set-up link does in a browser.')
    .option('-c, --config <file>', 'configuration file')
    .option('--email <address>', 'e-mail address of the administrator')
    .option('--name <name>', 'name of the administrator')
    .action(async (given: { config?: string; email?: string; name?: string }) => {
      const operator = await openOperator(await loadOptions({ file: given.config }));
      const prompt = openPrompt();
      try {
        if (!(await operator.access.setupNeeded())) {
          throw new Error('there is an account already; use "custos user create"');
        }
        const email = given.email ?? (await prompt.ask('E-mail: '));
        const name = given.name ?? (await prompt.ask('Name: '));
        const password = await prompt.askSecret('Password (12 characters or more): ');
        const user = await operator.access.operator.createUser({
          email,
          name,
          role: 'super-admin',
          password,
        });
        console.log(`Created ${user.email} as super-admin.`);
      } finally {
        prompt.close();
        await operator.close();
      }
    });
}
