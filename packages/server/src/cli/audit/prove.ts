import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { verifyReceipt } from '@custos/client/ledger';
import type { Client } from '@custos/client';
import type { AuditEventDetail } from '@custos/contract';
import type { Command } from 'commander';
import { systemClock } from '../../base/clock.ts';
import { messageOf } from '../../base/errors.ts';
import type { CommandContext } from '../context.ts';
import { connect, withConnection, type ConnectionOptions } from '../connection.ts';
import { plain } from '../plain.ts';
import { exitCodeOf } from './verdict.ts';

interface ProveOptions extends ConnectionOptions {
  readonly policy?: string;
  readonly output?: string;
  readonly json?: boolean;
}

/** A receipt is there with the next checkpoint, which takes about a second. */
const patience = 10;

/** An event with its receipt, which is waited for; without one when the log does not sign. */
export async function proven(client: Client, id: string): Promise<AuditEventDetail> {
  for (let attempt = 0; ; attempt += 1) {
    const detail = await client.audit.get(id);
    if (detail.proof.receipt !== null || attempt >= patience) return detail;
    await systemClock.sleep(1000);
  }
}

/** `custos audit prove`: the proof of one event, checked here. Exits 0 proven, 1 not proven, 2 cannot tell. */
export function proveCommand(audit: Command, context: CommandContext): void {
  withConnection(
    audit
      .command('prove <id>')
      .description('Prove that an event is in a signed log. Exits 0 proven, 1 not proven, 2 cannot tell.'),
  )
    .option('--policy <file>', "C2SP tlog-policy to trust; the server's own otherwise")
    .option('-o, --output <directory>', 'write leaf, receipt and policy there')
    .option('--json', 'print the proof as JSON')
    .action(async (id: string, options: ProveOptions) => {
      try {
        context.exitCode = await prove(id, options);
      } catch (error) {
        console.error(`custos audit prove: ${messageOf(error)}`);
        context.exitCode = 2;
      }
    });
}

async function prove(id: string, options: ProveOptions): Promise<number> {
  const client = connect(options);
  const given = options.policy === undefined ? undefined : readFileSync(options.policy, 'utf8');
  const { proof, place } = await proven(client, id);
  if (proof.receipt === null) throw new Error('the log has signed no checkpoint with this event yet');
  const policy = given ?? (await client.audit.ledger.status()).policy;
  if (proof.leaf === null) {
    throw new Error(
      'the bytes of this event hold personal data; to prove them needs the permission pii.read',
    );
  }
  const leaf = Buffer.from(proof.leaf, 'base64');
  const verdict = await verifyReceipt({ receipt: proof.receipt, leaf, policy });
  if (options.output !== undefined) {
    mkdirSync(options.output, { recursive: true });
    const write = (ending: string, content: string | Buffer): void =>
      writeFileSync(join(options.output as string, `${id.replaceAll(/[^\w.-]/g, '_')}${ending}`), content);
    write('.leaf', leaf);
    write('.tlog-proof', proof.receipt);
    write('.policy', policy);
  }
  if (options.json) {
    const { verified } = verdict;
    console.log(JSON.stringify({ id, verified, place, ...proof, policy }));
  } else if (verdict.verified) {
    const { origin, size, witnesses } = verdict.checkpoint;
    const who = witnesses.map(({ name }) => name).join(', ');
    console.log(`Proven: ${id} is entry ${verdict.index} of the ${size} that ${origin} has signed.`);
    console.log(who === '' ? 'No witness has cosigned that checkpoint.' : `Cosigned by ${who}.`);
    if (given === undefined) {
      console.log("By the server's own policy: give --policy with keys from elsewhere to trust no server.");
    }
  } else {
    console.log(`Not proven: ${plain(verdict.reason)}`);
  }
  return verdict.verified ? 0 : exitCodeOf(verdict.code);
}
