import type { Client } from '@custos/client';
import type { Command } from 'commander';
import { systemClock } from '../../base/clock.ts';
import type { CommandContext } from '../context.ts';
import { connect, withConnection, type ConnectionOptions } from '../connection.ts';

interface RebuildOptions extends ConnectionOptions {
  readonly check?: boolean;
  readonly wait?: boolean;
}

const lookEveryMs = 1000;

/** `custos audit rebuild`: makes the query index again from the logs, or compares them. */
export function rebuildCommand(audit: Command, context: CommandContext): void {
  withConnection(
    audit
      .command('rebuild')
      .description('Make the index of the audit log again from the logs. Needs a token with ledger.manage.'),
  )
    .option('--check', 'only compare the index with the logs; exits 1 when they differ')
    .option('--wait', 'wait until it is done')
    .action(async (options: RebuildOptions) => {
      const client = connect(options);
      if (options.check) {
        context.exitCode = await compare(client);
        return;
      }
      await client.audit.index.rebuild();
      console.log('The index is being made again; searches go on meanwhile.');
      if (options.wait) await waitFor(client);
    });
}

async function compare(client: Client): Promise<number> {
  const { ok, logs } = await client.audit.index.check();
  for (const { log, from, to, behind, differing } of logs) {
    const later = behind === 0 ? '' : `; ${behind} more wait to be indexed`;
    console.log(`${log}: entries ${from} to ${to} compared, ${differing.length} ranges differ${later}`);
    for (const range of differing) {
      const first = range.indexes.length === 0 ? '' : `, first ${range.indexes.join(', ')}`;
      console.log(
        `  ${range.from} to ${range.to - 1}: ${range.found} of ${range.expected} are right${first}`,
      );
    }
  }
  console.log(ok ? 'The index is what the logs hold.' : 'The index differs: custos audit rebuild');
  return ok ? 0 : 1;
}

async function waitFor(client: Client): Promise<void> {
  let told = -1;
  for (;;) {
    const { index } = await client.audit.ledger.status();
    if (index.rebuild === null) break;
    const percent = Math.floor((100 * index.rebuild.done) / Math.max(1, index.rebuild.total));
    if (percent !== told) console.log(`${percent} %`);
    told = percent;
    await systemClock.sleep(lookEveryMs);
  }
  console.log('The index is complete.');
}
