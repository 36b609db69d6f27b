import { email, name, roleName, roleNames } from '@custos/contract';
import type { Command } from 'commander';
import { openOperator, type Operator } from '../app/operator.ts';
import { loadOptions } from '../app/options.ts';
import type { CommandContext } from './context.ts';
import { readPassword } from './prompt.ts';

interface CreateOptions {
  readonly config?: string;
  readonly email: string;
  readonly name: string;
  readonly role: string;
}

/** `custos user ...`: what an operator on the host may do without an account. Every act is on record. */
export function userCommand(program: Command, context: CommandContext): void {
  const user = program.command('user').description('Manage accounts from the host.');

  user
    .command('list')
    .description('List the accounts.')
    .option('-c, --config <file>', 'configuration file')
    .option('--json', 'print JSON')
    .action(({ config, json }: { config?: string; json?: boolean }) =>
      withOperator(config, async ({ access }) => {
        const { items } = await access.users.list({ limit: 500 });
        if (json) {
          console.log(JSON.stringify(items));
          return;
        }
        for (const { email: address, role, disabled } of items) {
          console.log(`${address.padEnd(40)} ${role.padEnd(16)} ${disabled ? 'disabled' : ''}`.trimEnd());
        }
      }),
    );

  user
    .command('create')
    .description(`Create an account. Roles: ${roleNames.join(', ')}. The password is asked for.`)
    .requiredOption('--email <address>', 'e-mail address')
    .requiredOption('--name <name>', 'name')
    .requiredOption('--role <role>', 'role')
    .option('-c, --config <file>', 'configuration file')
    .action((given: CreateOptions) =>
      withOperator(given.config, async ({ access }) => {
        const role = roleName.safeParse(given.role);
        if (!role.success) throw new Error(`--role must be one of ${roleNames.join(', ')}`);
        const password = await readPassword('Password (12 characters or more): ');
        const made = await access.operator.createUser({
          email: email.parse(given.email),
          name: name.parse(given.name),
          role: role.data,
          password,
        });
        console.log(`Created ${made.email} as ${made.role}.`);
      }),
    );

  user
    .command('unlock <email>')
    .description('Open an account that failed sign-ins have locked.')
    .option('-c, --config <file>', 'configuration file')
    .action((address: string, { config }: { config?: string }) =>
      withOperator(config, async ({ access }) => {
        const unlocked = await access.operator.unlock(address);
        console.log(unlocked ? `${address} may sign in again.` : `${address} was not locked.`);
        if (!unlocked) context.exitCode = 1;
      }),
    );
}

async function withOperator(
  config: string | undefined,
  act: (operator: Operator) => Promise<void>,
): Promise<void> {
  const operator = await openOperator(await loadOptions({ file: config }));
  try {
    await act(operator);
  } finally {
    await operator.close();
  }
}
