import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { ApiError, type AuditEventDraft, type Client, type Recorded } from '@custos/client';
import { verifyReceipt } from '@custos/client/ledger';
import { submissionAnswer, type AuditEventDetail } from '@custos/contract';
import type { Command } from 'commander';
import { systemClock } from '../../base/clock.ts';
import { messageOf } from '../../base/errors.ts';
import type { CommandContext } from '../context.ts';
import { connect, connectUnderKey, withConnection, type ConnectionOptions } from '../connection.ts';
import { plain } from '../plain.ts';
import { proven } from './prove.ts';

interface TryOptions extends ConnectionOptions {
  readonly policy?: string;
}

/** One step of the check: says what it saw, or throws what was wrong. */
interface Step {
  readonly name: string;
  readonly work: () => Promise<string>;
}

/** One byte above the limit of details, 51,200 bytes (row A11), with the 11 around the text. */
const tooLong = 'x'.repeat(51_200 - 11 + 1);
const dayMs = 86_400_000;

/** `custos audit try`: row A3, one event through everything. Exits 0, or 1 and names the step that failed. */
export function tryCommand(audit: Command, context: CommandContext): void {
  withConnection(
    audit
      .command('try')
      .description(
        'Send one event and follow it to its proof. Needs audit.read and audit.write. The event stays on record.',
      ),
  )
    .option('--policy <file>', "C2SP tlog-policy to trust; the server's own otherwise")
    .action(async (options: TryOptions) => {
      context.exitCode = await run(stepsOf(options));
    });
}

async function run(steps: readonly Step[]): Promise<0 | 1> {
  for (const { name, work } of steps) {
    const began = systemClock.monotonic();
    const line = (word: string, text: string): string => {
      const ms = `${Math.round(systemClock.monotonic() - began)} ms`;
      return plain(`${word.padEnd(7)}${ms.padStart(8)}  ${name}: ${text}`);
    };
    try {
      console.log(line('ok', await work()));
    } catch (error) {
      console.log(line('FAILED', reasonOf(error)));
      return 1;
    }
  }
  console.log('Everything works.');
  return 0;
}

function reasonOf(error: unknown): string {
  const fields = error instanceof ApiError ? error.fields : [];
  return [messageOf(error), ...fields.map(({ field, message }) => `${field}: ${message}`)].join('; ');
}

function stepsOf(options: TryOptions): Step[] {
  const client = connect(options);
  const key = `try_${randomUUID()}`;
  const keyed = connectUnderKey(options, () => key);
  const event: AuditEventDraft = {
    id: `evt_${randomUUID()}`,
    time: systemClock.now(),
    type: 'application.act',
    action: 'audit-check.send',
    outcome: 'succeeded',
    actor: { type: 'service', id: 'custos-audit-try' },
    requestId: key,
    details: { purpose: 'integration-check' },
  };
  const id = event.id as string;
  let first: Recorded;
  let detail: AuditEventDetail;
  return [
    {
      name: 'send',
      async work() {
        first = await keyed.audit.record(event);
        return `${id} is on disk, in ${placeText(first)}`;
      },
    },
    {
      name: 'send again',
      async work() {
        const again = await keyed.audit.record(event);
        if (!isSame(first, again)) throw new Error(`the repeat is another event, in ${placeText(again)}`);
        return 'the same answer under the same Idempotency-Key';
      },
    },
    {
      name: 'find',
      async work() {
        // A day, since the clocks of two machines differ.
        const { items } = await client.audit.list({
          requestId: key,
          from: systemClock.now() - dayMs,
          limit: 5,
        });
        const found = items.map((item) => item.id).join(', ');
        if (found !== id) throw new Error(`the search found ${found || 'nothing'} in place of the one event`);
        return 'once';
      },
    },
    {
      name: 'prove',
      async work() {
        detail = await proven(client, id);
        if (detail.proof.receipt === null) throw new Error('the log has signed no checkpoint with it yet');
        requireLeafOf(detail, event);
        return `the log has the bytes that were sent, and a receipt`;
      },
    },
    {
      name: 'verify',
      async work() {
        const policy =
          options.policy === undefined
            ? (await client.audit.ledger.status()).policy
            : readFileSync(options.policy, 'utf8');
        const leaf = Buffer.from(detail.proof.leaf ?? '', 'base64');
        const verdict = await verifyReceipt({ receipt: detail.proof.receipt ?? '', leaf, policy });
        if (!verdict.verified) throw new Error(verdict.reason);
        const { origin, size } = verdict.checkpoint;
        const whose = options.policy === undefined ? "by the server's own policy" : 'by the given policy';
        return `entry ${verdict.index} of the ${size} that ${origin} has signed, ${whose}`;
      },
    },
    { name: 'limit', work: () => refused(client, event) },
  ];
}

const placeText = ({ log, index }: Recorded): string => (index === null ? log : `${log} at ${index}`);

/** A place may come with the second answer only; one that both have must be the same. */
function isSame(first: Recorded, again: Recorded): boolean {
  const same = first.id === again.id && first.log === again.log;
  return same && (first.index === null || (first.index === again.index && first.leafHash === again.leafHash));
}

function requireLeafOf({ proof, place }: AuditEventDetail, event: AuditEventDraft): void {
  const leaf = JSON.parse(
    Buffer.from(proof.leaf ?? '', 'base64').toString('utf8'),
  ) as Partial<AuditEventDraft>;
  const said = ({ id, action, requestId, details }: Partial<AuditEventDraft>): string =>
    JSON.stringify([id, action, requestId, details]);
  if (said(leaf) === said(event)) return;
  throw new Error(`entry ${place.index} of ${place.log} is not the event that was sent`);
}

/** Past the client's own check, so that it is the server that refuses. */
async function refused(client: Client, event: AuditEventDraft): Promise<string> {
  const id = `evt_${randomUUID()}`;
  const time = new Date(event.time as number).toISOString();
  const { results } = await client.request('POST', '/api/v1/audit/events', {
    schema: submissionAnswer,
    body: [{ ...event, id, time, details: { text: tooLong } }],
  });
  const [result] = results;
  const fault = result?.status === 'rejected' ? result.errors[0] : undefined;
  if (fault === undefined) throw new Error('details of 51,201 bytes were not refused');
  const kept = await client.audit.get(id).then(
    () => true,
    (error: unknown) => {
      if (error instanceof ApiError && error.code === 'not_found') return false;
      throw error;
    },
  );
  if (kept) throw new Error('details of 51,201 bytes were refused and kept all the same');
  return `details of 51,201 bytes are refused (${fault.field}: ${fault.message})`;
}
