import { readFileSync } from 'node:fs';
import type { Command } from 'commander';
import { openBackupOperator, type BackupFacts, type BackupOperator } from '../../app/audit/host/backup.ts';
import { loadOptions } from '../../app/options.ts';
import type { CommandContext } from '../context.ts';
import { countOf } from '../repeat.ts';
import { bytesText } from './stats.ts';

interface StoreOptions {
  readonly config?: string;
  readonly address?: string;
  readonly json?: boolean;
}

interface CreateOptions extends StoreOptions {
  readonly compression?: string;
  readonly level?: string;
  readonly plain?: boolean;
}

interface RestoreOptions extends StoreOptions {
  readonly into: string;
  readonly policy?: string;
}

const kinds = ['gzip', 'zstd', 'none'] as const;

function compressionOf(given: string | undefined): (typeof kinds)[number] | undefined {
  if (given === undefined) return undefined;
  const kind = kinds.find((one) => one === given);
  if (kind === undefined) throw new Error(`--compression must be one of ${kinds.join(', ')}`);
  return kind;
}

function withStore(command: Command): Command {
  return command
    .option('-c, --config <file>', 'configuration file')
    .option(
      '--address <address>',
      'an absolute path, or file:, s3:, azure: or gs:; audit.backup of the configuration otherwise',
    )
    .option('--json', 'print JSON');
}

async function withBackups(
  options: StoreOptions & Partial<CreateOptions>,
  act: (backups: BackupOperator) => Promise<void>,
): Promise<void> {
  const { config, address, compression, level, plain } = options;
  const backups = await openBackupOperator(await loadOptions({ file: config }), {
    address,
    compression: compressionOf(compression),
    level: level === undefined ? undefined : countOf('level', level, { min: 1, max: 9 }),
    encrypt: plain === true ? false : undefined,
  });
  try {
    await act(backups);
  } finally {
    await backups.close();
  }
}

function backupLine({ id, createdAt, logs, bytes, plainBytes, keyId }: BackupFacts): string {
  const entries = logs.reduce((sum, { size }) => sum + size, 0);
  const packed = `${bytesText(plainBytes)} in ${bytesText(bytes)}`;
  return `${id}  ${new Date(createdAt).toISOString()}  ${entries} events  ${packed}${keyId === null ? '  not encrypted' : ''}`;
}

const factsJson = ({ createdAt, ...facts }: BackupFacts) => ({
  ...facts,
  createdAt: new Date(createdAt).toISOString(),
});

function show(facts: BackupFacts, options: StoreOptions, words: string): void {
  console.log(options.json ? JSON.stringify(factsJson(facts)) : `${words}\n${backupLine(facts)}`);
}

/** `custos audit backup ...`: copies of the ledger, made beside a running server. */
export function backupCommand(audit: Command, context: CommandContext): void {
  const backup = audit.command('backup').description('Back up and restore the ledger, from the host.');

  withStore(backup.command('create'))
    .description('Make a backup; the server may run.')
    .option('--compression <kind>', 'zstd, gzip or none')
    .option('--level <n>', '1 to 9; COMPRESSION_LEVEL otherwise')
    .option('--plain', 'do not encrypt')
    .action((options: CreateOptions) =>
      withBackups(options, async (backups) => {
        show(
          await backups.create(),
          options,
          'Backed up. State is backed up beside it: it has the sealed fields.',
        );
      }),
    );

  withStore(backup.command('list'))
    .description('List backups, newest first. Exits 1 when one cannot be read.')
    .action((options: StoreOptions) =>
      withBackups(options, async (backups) => {
        const { backups: all, unreadable } = await backups.list();
        if (options.json) console.log(JSON.stringify({ backups: all.map(factsJson), unreadable }));
        else {
          for (const facts of all) console.log(backupLine(facts));
          for (const id of unreadable) console.log(`${id}  cannot be read`);
          if (all.length + unreadable.length === 0) console.log('There are none.');
        }
        if (unreadable.length > 0) context.exitCode = 1;
      }),
    );

  withStore(backup.command('check [id]'))
    .description('Read every byte of a backup, the newest unless told. Exits 1 when it is damaged.')
    .action((id: string | undefined, options: StoreOptions) =>
      withBackups(options, async (backups) => {
        show(await backups.check(id), options, 'Good.');
      }),
    );

  withStore(backup.command('restore [id]'))
    .description('Restore a backup, the newest unless told, into an empty directory, and verify it.')
    .requiredOption('--into <directory>', 'an empty directory')
    .option('--policy <file>', "C2SP tlog-policy to trust; the installation's own keys otherwise")
    .action((id: string | undefined, options: RestoreOptions) =>
      withBackups(options, async (backups) => {
        const { into, policy } = options;
        const text = policy === undefined ? undefined : readFileSync(policy, 'utf8');
        const { backup: facts } = await backups.restore({ id, into, policy: text });
        show(
          facts,
          options,
          `Restored into ${into} and verified. To use it: stop Custos, put it in place of the directory "ledger" in the data directory, start.`,
        );
      }),
    );

  withStore(backup.command('cleanup'))
    .description('Remove all but the newest good backups.')
    .option('--keep <n>', 'so many good ones stay; audit.backup.keep of the configuration otherwise')
    .action((options: StoreOptions & { readonly keep?: string }) =>
      withBackups(options, async (backups) => {
        const keep =
          options.keep === undefined ? undefined : countOf('keep', options.keep, { min: 1, max: 1000 });
        const report = await backups.cleanup({ keep });
        if (options.json) console.log(JSON.stringify(report));
        else {
          console.log(`Kept ${report.kept.length}, removed ${report.removed.length}.`);
          for (const id of report.damaged) console.log(`${id} is damaged and was left for you to look at.`);
        }
        if (report.damaged.length > 0) context.exitCode = 1;
      }),
    );
}
