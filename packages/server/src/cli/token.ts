import { tokenCreate } from '@custos/contract';
import type { Command } from 'commander';
import type { CommandContext } from './context.ts';
import { withOperator } from './with-operator.ts';

interface CreateOptions {
  readonly config?: string;
  readonly owner: string;
  readonly name: string;
  readonly permission: readonly string[];
  readonly days: string;
  readonly address?: readonly string[];
}

const day = (at: number | null): string => (at === null ? 'never' : new Date(at).toISOString().slice(0, 10));

/** `custos token ...`: API tokens from the host. Every act is on record. */
export function tokenCommand(program: Command, context: CommandContext): void {
  const token = program.command('token').description('Manage API tokens from the host.');

  token
    .command('list')
    .description('List the API tokens that are not revoked.')
    .option('-c, --config <file>', 'configuration file')
    .option('--json', 'print JSON')
    .action(({ config, json }: { config?: string; json?: boolean }) =>
      withOperator(config, async ({ tokens }) => {
        const items = await tokens.list();
        if (json) {
          console.log(JSON.stringify(items));
          return;
        }
        for (const { id, name, owner, hint, expiresAt, lastUsedAt } of items) {
          const words = [id, `${hint}...`, owner.padEnd(30), name.padEnd(24)];
          console.log([...words, `until ${day(expiresAt)}`, `used ${day(lastUsedAt)}`].join('  '));
        }
      }),
    );

  token
    .command('create')
    .description('Make an API token for somebody; it can do no more than they can. It is shown once.')
    .requiredOption('--owner <email>', 'whose token it is')
    .requiredOption('--name <name>', 'what it is for')
    .requiredOption('--permission <names...>', 'what it may do, such as audit.write')
    .option('--days <number>', 'days until it ends, at most 365', '90')
    .option('--address <ranges...>', 'addresses and ranges that it is taken from; any when left out')
    .option('-c, --config <file>', 'configuration file')
    .action((given: CreateOptions) =>
      withOperator(given.config, async ({ tokens }) => {
        const parsed = tokenCreate.safeParse({
          name: given.name,
          permissions: given.permission,
          expiresInDays: Number(given.days),
          ...(given.address === undefined ? {} : { addresses: given.address }),
        });
        if (!parsed.success) {
          const [issue] = parsed.error.issues;
          throw new Error(`${String(issue?.path[0])}: ${issue?.message ?? 'is not right'}`);
        }
        const made = await tokens.create(given.owner, parsed.data);
        if (made === undefined) {
          console.error(`${given.owner} has no account that is in use.`);
          context.exitCode = 1;
          return;
        }
        // The token alone on standard output, so that it can go into a file.
        console.error(`${made.id}, until ${day(made.expiresAt)}. It is not shown again:`);
        console.log(made.token);
      }),
    );

  token
    .command('revoke <id>')
    .description('Revoke an API token for good.')
    .option('-c, --config <file>', 'configuration file')
    .action((id: string, { config }: { config?: string }) =>
      withOperator(config, async ({ tokens }) => {
        await tokens.revoke(id);
        console.log(`${id} is revoked.`);
      }),
    );
}
