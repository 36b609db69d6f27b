import { email, name, roleName, roleNames } from '@custos/contract';
import type { Command } from 'commander';
import type { z } from 'zod';
import type { Operator } from '../app/operator.ts';
import type { CommandContext } from './context.ts';
import { readPassword } from './prompt.ts';
import { withOperator } from './with-operator.ts';

interface ConfigOption {
  readonly config?: string;
}

interface NewPerson extends ConfigOption {
  readonly email: string;
  readonly name: string;
  readonly role: string;
}

/** What an option says, or an error that names it and what would be right. */
function read<Schema extends z.ZodType>(schema: Schema, option: string, given: string): z.output<Schema> {
  const parsed = schema.safeParse(given);
  if (parsed.success) return parsed.data;
  throw new Error(`${option}: ${parsed.error.issues.map(({ message }) => message).join('; ')}`);
}

const personOf = (given: NewPerson) => ({
  email: read(email, '--email', given.email),
  name: read(name, '--name', given.name),
  role: read(roleName, '--role', given.role),
});

const withConfig = (command: Command): Command => command.option('-c, --config <file>', 'configuration file');

/** `custos user ...`: what an operator on the host may do without an account. Every act is on record. */
export function userCommand(program: Command, context: CommandContext): void {
  const user = program.command('user').description('Manage accounts from the host.');

  withConfig(user.command('list').description('List the accounts.'))
    .option('--json', 'print JSON')
    .action(({ config, json }: ConfigOption & { json?: boolean }) =>
      withOperator(config, async ({ accounts }) => {
        const items = await accounts();
        if (json) {
          console.log(JSON.stringify(items));
          return;
        }
        for (const { email: address, role, disabled } of items) {
          console.log(`${address.padEnd(40)} ${role.padEnd(16)} ${disabled ? 'disabled' : ''}`.trimEnd());
        }
      }),
    );

  const newPerson = (command: Command): Command =>
    withConfig(command)
      .requiredOption('--email <address>', 'e-mail address')
      .requiredOption('--name <name>', 'name')
      .requiredOption('--role <role>', `role: ${roleNames.join(', ')}, or one of your own`);

  newPerson(user.command('create').description('Create an account. The password is asked for.')).action(
    (given: NewPerson) =>
      withOperator(given.config, async ({ access }) => {
        const person = personOf(given);
        const password = await readPassword('Password (12 characters or more): ');
        const made = await access.operator.createUser({ ...person, password });
        console.log(`Created ${made.email} as ${made.role}.`);
      }),
  );

  newPerson(
    user
      .command('invite')
      .description('Create an account and print the link by which its owner chooses a password.'),
  ).action((given: NewPerson) =>
    withOperator(given.config, async ({ access, address }) => {
      const person = personOf(given);
      const link = await access.operator.invite(person, address);
      console.log(`Created ${person.email} as ${person.role}. This link works once, for an hour:\n${link}`);
    }),
  );

  /** A command about one account; `act` tells what was done, or undefined when there was nothing to do. */
  const aboutOne = (
    words: { readonly name: string; readonly description: string; readonly otherwise: string },
    act: (operator: Operator, address: string) => Promise<string | undefined>,
  ): void => {
    withConfig(user.command(`${words.name} <email>`).description(words.description)).action(
      (address: string, { config }: ConfigOption) =>
        withOperator(config, async (operator) => {
          const told = await act(operator, address);
          console.log(told ?? `${address} ${words.otherwise}`);
          if (told === undefined) context.exitCode = 1;
        }),
    );
  };
  const unknown = 'has no account here.';

  aboutOne(
    {
      name: 'reset',
      description: 'Print a link by which the owner chooses another password. Second factors stay.',
      otherwise: 'has no account that is in use.',
    },
    async ({ access, address }, owner) => {
      const link = await access.operator.resetLink(owner, address);
      return link === undefined ? undefined : `This link works once, for an hour:\n${link}`;
    },
  );
  aboutOne(
    {
      name: 'unlock',
      description: 'Open an account that failed sign-ins have locked.',
      otherwise: 'was not locked.',
    },
    async ({ access }, address) =>
      (await access.operator.unlock(address)) ? `${address} may sign in again.` : undefined,
  );
  aboutOne(
    {
      name: 'reset-mfa',
      description: 'Remove the second factors of somebody who has lost theirs. Ends their sessions.',
      otherwise: unknown,
    },
    async ({ access }, address) =>
      (await access.operator.resetFactors(address))
        ? `${address} has no second factor any more, and is signed out everywhere.`
        : undefined,
  );
  aboutOne(
    {
      name: 'disable',
      description: 'Close an account: ends its sessions and revokes its API tokens for good.',
      otherwise: unknown,
    },
    async ({ access }, address) =>
      (await access.operator.setDisabled(address, true)) ? `${address} is disabled.` : undefined,
  );
  aboutOne(
    { name: 'enable', description: 'Let the owner of a disabled account in again.', otherwise: unknown },
    async ({ access }, address) =>
      (await access.operator.setDisabled(address, false)) ? `${address} may sign in again.` : undefined,
  );
}
