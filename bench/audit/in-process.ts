import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { hash } from 'node:crypto';
import { verifyLog } from '../../packages/server/src/audit/log/verify/verify-log.ts';
import { quantile, type Figure } from '../figure.ts';
import { rawSync, sqliteChain } from './baselines.ts';
import { eventCount, personalEvent, sentEvents } from './events.ts';
import { openHouse } from './house.ts';
import type { PostgresBaseline } from './postgres.ts';
import { medianRate, medianTime, runCallers, type Round } from './rounds.ts';

const rounds = 3;
const roundMs = 3000;
const callerCounts = [1, 100, 1000] as const;

export interface InProcessRequest {
  readonly postgres: PostgresBaseline;
  /** Bytes of an event for the baselines, as long as a leaf. */
  body(number: number): Buffer;
}

/** Bytes that SHA-256 of the entries alone goes through, as events a second: what no verifier can beat. */
function hashingAlone(body: Buffer): number {
  const begun = performance.now();
  for (let count = 0; count < 200_000; count += 1) hash('sha256', body, 'latin1');
  return 200_000 / ((performance.now() - begun) / 1000);
}

/**
 * Events from callers in this process, each answered when it is durable; baselines and callers take turns, so
 * that whatever else the machine does meets them alike. Then everything that was written is verified.
 *
 * `in-process` is the ledger by itself, which keeps leaves that are ready, as the baselines keep rows that are
 * ready. `checked` is the whole way: checked against the catalogue, sealed, made into a leaf, kept.
 */
export async function inProcess({ postgres, body }: InProcessRequest): Promise<readonly Figure[]> {
  const directory = mkdtempSync(join(tmpdir(), 'custos-bench-audit-'));
  const house = await openHouse(join(directory, 'house'));
  try {
    const plain = sentEvents();
    const personal = Array.from({ length: eventCount }, (_, number) => personalEvent(number));
    type Ran = 'raw' | 'chain' | 'single' | 'checked' | 'personal' | (typeof callerCounts)[number];
    const ran: Record<Ran, Round[]> = {
      raw: [],
      chain: [],
      single: [],
      checked: [],
      personal: [],
      1: [],
      100: [],
      1000: [],
    };
    const append = async (number: number): Promise<void> => {
      await house.ledger.append('general', body(number));
    };
    const record =
      (events: typeof plain) =>
      (number: number): Promise<void> =>
        house.record([events[number % events.length]]);
    await runCallers({ callers: 1000, ms: 1000 }, record(plain));
    await runCallers({ callers: 1000, ms: 1000 }, append);
    for (let round = 0; round < rounds; round += 1) {
      ran.raw.push(await rawSync(directory, body, roundMs / 3));
      ran.chain.push(await sqliteChain(directory, body, roundMs / 3));
      ran.single.push(await postgres.singleRows(roundMs));
      for (const callers of callerCounts) {
        ran[callers].push(await runCallers({ callers, ms: roundMs }, append));
      }
      ran.checked.push(await runCallers({ callers: 1000, ms: roundMs }, record(plain)));
      ran.personal.push(await runCallers({ callers: 1000, ms: roundMs }, record(personal)));
    }
    const appended = house.size();
    await house.close();

    const times: number[] = [];
    for (let round = 0; round < rounds; round += 1) {
      const begun = performance.now();
      const { findings } = await verifyLog(house.directory, house.policy);
      if (findings.length > 0) throw new Error(`the log does not verify: ${JSON.stringify(findings[0])}`);
      times.push(performance.now() - begun);
    }

    const rate = (figure: string, own: readonly Round[], baseline: Figure['baseline']): Figure => ({
      figure,
      value: medianRate(own),
      unit: 'events/s',
      baseline,
    });
    const time = (figure: string, callers: 1 | 1000, share: number): Figure => ({
      figure,
      value: medianTime(ran[callers], share),
      unit: 'ms',
      baseline: { name: `raw fdatasync p${share * 100}, ms`, value: medianTime(ran.raw, share) },
    });
    const chain = { name: 'SQLite hash chain, a row per commit, /s', value: medianRate(ran.chain) };
    const single = {
      name: 'PostgreSQL, a row per commit, 64 connections, /s',
      value: medianRate(ran.single),
    };
    return [
      rate('in-process-1', ran[1], chain),
      time('lone-p50-ms', 1, 0.5),
      rate('in-process-100', ran[100], chain),
      rate('in-process-1000', ran[1000], single),
      time('in-process-1000-p99-ms', 1000, 0.99),
      rate('checked-1000', ran.checked, single),
      rate('checked-1000-personal', ran.personal, single),
      {
        figure: 'verify',
        value: appended / (quantile(times, 0.5) / 1000),
        unit: 'events/s',
        baseline: { name: 'SHA-256 of the entries alone, /s', value: hashingAlone(body(1)) },
      },
    ];
  } finally {
    await house.close();
    rmSync(directory, { recursive: true, force: true });
  }
}
