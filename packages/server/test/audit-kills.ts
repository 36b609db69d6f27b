import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { isDeepStrictEqual } from 'node:util';
import type { SubmissionAnswer } from '@custos/contract';
import type { ConfigurationInput } from '../src/app/config.ts';
import {
  contradictions,
  publicLogs,
  readServedLog,
  sendEvents,
  tokenFor,
  unlimited,
  watchCheckpoints,
  type Posting,
} from './audit-ledger.ts';
import { discard, eventually, launch, serve, setUp, signIn, type Served } from './serve.ts';
import { freePort } from './stores.ts';

export interface KillPlan {
  readonly kills: number;
  readonly random: () => number;
  /** Whether a life has the index: the first is 0, and the last one is `kills`. */
  readonly hasColumns: (life: number) => boolean;
}

export interface KillReport {
  readonly faults: readonly string[];
  readonly acknowledged: number;
  /** Requests that had no answer and were sent again. */
  readonly repeats: number;
  readonly checkpoints: number;
}

type Result = SubmissionAnswer['results'][number];

/** One event of the ledger of those who sent them. */
interface Acknowledged {
  readonly marker: string;
  readonly log: string;
  readonly index: number;
  readonly leafHash: string;
  readonly id: string;
}

/** A batch with what was answered to it. */
interface Answered {
  readonly batch: readonly unknown[];
  readonly posting: Posting & { readonly key: string };
  readonly results: readonly Result[];
}

const senders = ['shop', 'bank', 'casino', 'till'] as const;

/** Events of all three logs; some choose their ids, all have something in the vault. */
function eventOf(sender: string, number: number): Record<string, unknown> {
  const marker = `${sender}/${number}`;
  const common = {
    ...(number % 3 === 0 ? { id: `${sender}:${number}` } : {}),
    outcome: 'succeeded',
    actor: { type: 'customer', id: `cus_${number % 50}`, name: `Customer ${number}` },
    address: '203.0.113.9',
  };
  const details = { extra: { marker } };
  const money = { transactionId: `tx_${number}`, kind: 'deposit', amount: '1.00', currency: 'EUR' };
  if (number % 5 === 0) return { ...common, type: 'transaction.record', details: { ...details, ...money } };
  if (number % 5 < 3) return { ...common, type: 'application.act', details };
  return { ...common, type: 'authentication.login', details: { ...details, method: 'password' } };
}

function markerOf(leaf: Buffer): string | undefined {
  const { details } = JSON.parse(leaf.toString()) as { details?: { extra?: { marker?: string } } };
  return details?.extra?.marker;
}

/**
 * Kills a real server again and again while four programs send batches, each under one idempotency key until
 * it is answered. Says what of I1 to I3 is not so: every acknowledged event is there once, at its index, in
 * its sender's order, and no two checkpoints that anybody saw contradict each other.
 */
export async function killWhileSending({ kills, random, hasColumns }: KillPlan): Promise<KillReport> {
  const configOf = (life: number): ConfigurationInput => ({
    columns: { enabled: hasColumns(life) },
    audit: { settings: unlimited, public: 'all' },
  });
  const directory = mkdtempSync(join(tmpdir(), 'custos-audit-kills-'));
  const place = { directory, port: await freePort() };
  let served: Served = await serve({ ...place, config: configOf(0) });
  try {
    const client = await setUp(served);
    const logs = await publicLogs(client);
    const tokens = await Promise.all(senders.map((name) => tokenFor(client, name, ['audit.write'])));
    const watch = watchCheckpoints([served.url], logs);
    const acknowledged: Acknowledged[] = [];
    const answered = new Map<string, Answered>();
    const faults: string[] = [];
    let repeats = 0;
    let isOver = false;

    const keep = (markers: readonly string[], results: readonly Result[]): void => {
      for (const [at, result] of results.entries()) {
        const marker = markers[at] ?? '';
        if (result.status !== 'accepted' || result.index === null || result.leafHash === null) {
          faults.push(`${marker} was ${result.status}: ${JSON.stringify(result)}`);
          continue;
        }
        const { log, index, leafHash, id } = result;
        acknowledged.push({ marker, log, index, leafHash, id });
      }
    };
    const untilAnswered = async (batch: readonly unknown[], posting: Posting) => {
      for (;;) {
        try {
          return await sendEvents(served.url, batch, posting);
        } catch (error) {
          const message = error instanceof Error ? error.message : '';
          // A key that is under way or a server that ends is tried again; a refusal is a fault.
          if (message.startsWith('status 4')) throw error;
          repeats += 1;
          await delay(50 + random() * 100);
        }
      }
    };
    const sending = senders.map(async (name, at) => {
      const token = tokens[at] ?? '';
      for (let batch = 0, next = 0; !isOver; batch += 1) {
        const size = 1 + Math.floor(random() * 12);
        const numbers = Array.from({ length: size }, (_, offset) => next + offset);
        next += size;
        const events = numbers.map((number) => eventOf(name, number));
        const posting = { token, key: `${name}-${batch}` };
        const results = await untilAnswered(events, posting);
        keep(
          numbers.map((number) => `${name}/${number}`),
          results,
        );
        answered.set(`${name} ${batch % 10}`, { batch: events, posting, results });
      }
    });
    const sent = Promise.all(sending).catch((error: unknown) => {
      faults.push(`a sender was refused: ${String(error)}`);
    });

    for (let kill = 0; kill < kills; kill += 1) {
      await delay(150 + random() * 700);
      await served.kill();
      const life = await launch({ ...place, config: configOf(kill + 1) });
      served = life;
      await life.ready();
    }
    await delay(300);
    isOver = true;
    await sent;
    for (const [name, { batch, posting, results }] of answered) {
      const again = await untilAnswered(batch, posting);
      if (!isDeepStrictEqual(again, results)) faults.push(`${name}: a repeat is answered otherwise`);
    }

    const operator = await signIn(served);
    const places = new Map<string, string[]>();
    for (const log of logs) {
      const newest = Math.max(
        -1,
        ...acknowledged.filter((one) => one.log === log.name).map((one) => one.index),
      );
      const entries = await eventually(
        async () => {
          const read = await readServedLog(served.url, log);
          return read.length > newest && read;
        },
        { what: `a checkpoint of ${log.name} with everything` },
      );
      for (const [index, leaf] of entries.entries()) {
        const marker = markerOf(leaf);
        if (marker !== undefined) places.set(marker, [...(places.get(marker) ?? []), `${log.name} ${index}`]);
      }
      faults.push(...(await contradictions(served.url, log, watch.seen.get(log.origin) ?? [])));
    }
    for (const { marker, log, index } of acknowledged) {
      const where = places.get(marker) ?? [];
      if (where.length !== 1 || where[0] !== `${log} ${index}`) {
        faults.push(
          `${marker} was acknowledged at ${log} ${index} and is at ${where.join(' and ') || 'no place'}`,
        );
      }
    }
    if (places.size !== acknowledged.length) {
      faults.push(`${places.size} events are in the logs and ${acknowledged.length} were acknowledged`);
    }
    faults.push(...outOfOrder(acknowledged));
    for (const { id, index, leafHash, marker } of acknowledged.filter((_, at) => at % 97 === 0)) {
      const { proof, place: found, sealedFields } = await operator.audit.get(id);
      if (found.index !== index || proof.leafHash !== leafHash) faults.push(`${marker} is found as another`);
      if (!sealedFields.includes('address')) faults.push(`${marker} lost what was sealed`);
    }
    await operator.audit.ledger.verify();
    const verification = await eventually(
      async () => {
        const { verification: last } = await operator.audit.ledger.status();
        return last?.state === 'ok' || last?.state === 'failed' ? last : undefined;
      },
      { what: 'the verification' },
    );
    faults.push(...verification.findings);
    if (hasColumns(kills)) {
      const check = await eventually(
        async () => {
          const { index } = await operator.audit.ledger.status();
          return index.logs.every(({ behind }) => behind === 0) && operator.audit.index.check();
        },
        { what: 'the index caught up', timeoutMs: 30_000 },
      );
      if (!check.ok) faults.push(`the index is another than the logs: ${JSON.stringify(check)}`);
    }
    await watch.end();
    const checkpoints = [...watch.seen.values()].reduce((sum, notes) => sum + notes.size, 0);
    return { faults, acknowledged: acknowledged.length, repeats, checkpoints };
  } finally {
    await discard(served);
  }
}

/** Events of one sender are in the order in which it sent them, within each log. */
function outOfOrder(acknowledged: readonly Acknowledged[]): string[] {
  const last = new Map<string, number>();
  const found: string[] = [];
  for (const { marker, log, index } of acknowledged) {
    const name = `${marker.split('/')[0]} ${log}`;
    if (index <= (last.get(name) ?? -1)) found.push(`${marker} is at ${index}, before an earlier one`);
    last.set(name, index);
  }
  return found;
}
