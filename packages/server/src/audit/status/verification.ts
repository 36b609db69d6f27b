import type { LedgerStatusView } from '@custos/contract';
import type { Clock } from '../../base/clock.ts';
import { conflict, messageOf } from '../../base/errors.ts';
import type { Logger } from '../../base/logger.ts';
import type { Finding, Verification } from '../log/verify/findings.ts';
import type { AuditActor, AuditLog } from '../types.ts';

/** How a verification stands, as the ledger page shows it. */
export type VerificationStatus = NonNullable<LedgerStatusView['verification']>;

export interface LedgerVerificationOptions {
  /** Verifies everything: `filesVerifier` or `databaseVerifier`. Gives up when the signal aborts. */
  readonly verify: (signal: AbortSignal) => Promise<Verification>;
  readonly clock: Clock;
  readonly log: Logger;
  readonly audit: AuditLog;
  /** Told of every verification that failed, for alerts. What it throws is logged. */
  readonly onFailed: (status: VerificationStatus) => void | Promise<void>;
}

/** Verifies the whole ledger in the background, one verification at a time on this node. */
export interface LedgerVerification {
  /**
   * Begins. Raises `conflict` while one runs or after `stop`. `finished` resolves when its result is on
   * record, and never rejects; null when it was stopped.
   */
  start(actor: AuditActor): { readonly finished: Promise<VerificationStatus | null> };
  /** The one that runs, or the last that ended since this node started; null before the first. */
  last(): VerificationStatus | null;
  /** Gives up the one that runs. */
  stop(): Promise<void>;
}

/** Findings that are shown; how many there are is on record. */
const findingsShown = 100;
const findingsRecorded = 10;

function findingText({ file, log, from, to, message }: Finding): string {
  const touched = to > from ? ` Entries ${from} to ${to - 1}${log === null ? '' : ` of "${log}"`}.` : '';
  return `${file}: ${message}${touched}`;
}

export function createLedgerVerification(options: LedgerVerificationOptions): LedgerVerification {
  const { verify, clock, log, audit, onFailed } = options;
  const stopping = new AbortController();
  let last: VerificationStatus | null = null;
  let running: Promise<VerificationStatus | null> | undefined;

  /** Retention may take files away under a verification, so what was found counts when it is found again. */
  async function verifyTwice(): Promise<Verification> {
    const first = await verify(stopping.signal);
    return first.valid ? first : verify(stopping.signal);
  }

  async function resultOf(startedAt: number, begun: number) {
    const ended = (state: 'ok' | 'failed', entries: number, findings: string[]): VerificationStatus => ({
      state,
      startedAt,
      durationMs: Math.round(clock.monotonic() - begun),
      entries,
      findings,
    });
    try {
      const { valid, findings, entries, logs, sealsChecked } = await verifyTwice();
      const shown = findings.slice(0, findingsShown).map(findingText);
      const heads = logs.map(({ name, origin, size, root }) => ({ name, origin, size, root }));
      const facts = { findings: findings.length, logs: heads, sealsChecked };
      return { status: ended(valid ? 'ok' : 'failed', entries, shown), facts };
    } catch (error) {
      // What could not be verified is not verified.
      const why = `It could not be completed: ${messageOf(error)}`;
      return { status: ended('failed', 0, [why]), facts: {} };
    }
  }

  async function run(actor: AuditActor): Promise<VerificationStatus | null> {
    const [startedAt, begun] = [clock.now(), clock.monotonic()];
    const before = last;
    last = { state: 'running', startedAt, durationMs: null, entries: 0, findings: [] };
    const { status, facts } = await resultOf(startedAt, begun);
    if (stopping.signal.aborted) {
      last = before;
      return null;
    }
    const { state, durationMs, entries, findings } = status;
    if (state === 'failed')
      log.error({ findings: findings.slice(0, findingsRecorded) }, 'the ledger does not verify');
    await audit
      .append({
        actor,
        action: 'ledger.verify',
        target: null,
        outcome: state === 'ok' ? 'succeeded' : 'failed',
        address: null,
        requestId: null,
        details: { durationMs, entries, ...facts, first: findings.slice(0, findingsRecorded) },
      })
      .catch((error: unknown) => {
        log.error({ state, reason: messageOf(error) }, 'the result of a verification could not be recorded');
      });
    // Shown when it is on record.
    last = status;
    try {
      if (state === 'failed') await onFailed(status);
    } catch (error) {
      log.error({ reason: messageOf(error) }, 'nobody could be told that the ledger does not verify');
    }
    return status;
  }

  return {
    start(actor) {
      if (stopping.signal.aborted) throw conflict('This node is stopping.');
      if (running !== undefined) throw conflict('The ledger is being verified already.');
      running = run(actor).finally(() => {
        running = undefined;
      });
      return { finished: running };
    },
    last: () => last,
    async stop() {
      stopping.abort();
      await running;
    },
  };
}
