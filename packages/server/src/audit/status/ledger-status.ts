import type { LedgerStatusView } from '@custos/contract';
import type { Anchoring } from '../anchors/anchoring.ts';
import type { LogProgress } from '../anchors/types.ts';
import type { Witnesses } from '../anchors/witnesses.ts';
import type { Egress } from '../egress/service.ts';
import type { EgressStatus } from '../egress/types.ts';
import type { AuditIndex } from '../index/service.ts';
import type { IndexStatus } from '../index/types.ts';
import type { KeepingRule } from '../keeping/types.ts';
import { parseCheckpoint } from '../log/formats/checkpoint.ts';
import { parsePolicy } from '../log/formats/policy.ts';
import { parseNote } from '../log/formats/signed-note.ts';
import type { Ledger } from '../log/ledger-types.ts';
import type { SignersOf } from '../log/signing.ts';
import { guaranteeOf } from './guarantee.ts';
import type { LedgerVerification } from './verification.ts';

export interface LedgerStatusParts {
  readonly store: LedgerStatusView['store'];
  readonly ledger: Pick<Ledger, 'health' | 'figures' | 'reader'>;
  /** `createSigners(keysOf)`, with the keys that the ledger itself has. */
  readonly signersOf: SignersOf;
  readonly rules: readonly KeepingRule[];
  /** Text of the C2SP tlog-policy that trusts what this installation trusts. */
  readonly policy: () => string;
  /** Keys under which this installation is a witness for others. */
  readonly witnessKeys: readonly string[];
  /** Null: none is set up; the same for anchors and destinations. */
  readonly witnesses: Pick<Witnesses, 'status' | 'health'> | null;
  readonly anchors: Pick<Anchoring, 'status' | 'health'> | null;
  readonly egress: Pick<Egress, 'status'> | null;
  readonly index: Pick<AuditIndex, 'status'>;
  readonly verification: Pick<LedgerVerification, 'last'>;
}

/** Reads what the ledger page shows. Rejects when the store of a part cannot be read. */
export type ReadLedgerStatus = () => Promise<LedgerStatusView>;

type Status = LedgerStatusView['status'];
type Judgement = { readonly status: Status; readonly reasons: readonly string[] };

const ranks: readonly Status[] = ['ok', 'degraded', 'critical'];
/** So many failures in a row are more than a hiccup; the same as for anchors. */
const worrying = 3;

const well: Judgement = { status: 'ok', reasons: [] };
const degradedBy = (reasons: readonly string[]): Judgement =>
  reasons.length === 0 ? well : { status: 'degraded', reasons };

function judgeEgress(destinations: readonly EgressStatus[]): Judgement {
  return degradedBy(
    destinations.flatMap(({ destination, logs }) =>
      logs
        .filter(({ failures }) => failures >= worrying)
        .map(
          ({ log, failures, lastError }) =>
            `The destination ${destination} failed ${failures} times for "${log}": ${lastError?.message ?? 'unknown'}`,
        ),
    ),
  );
}

function judgeIndex({ state, lastError, lastCheck }: IndexStatus): Judgement {
  return degradedBy([
    ...(state === 'away' ? ['The index is away: searches read the logs, and not far back.'] : []),
    ...(lastError === null ? [] : [`Indexing fails: ${lastError}`]),
    ...(lastCheck === null || lastCheck.ok ? [] : ['The index is not what the logs hold: rebuild it.']),
  ]);
}

function judgeVerification(last: LedgerStatusView['verification']): Judgement {
  if (last?.state !== 'failed') return well;
  return {
    status: 'critical',
    reasons: [`The last verification failed: ${last.findings[0] ?? 'no reason is known'}`],
  };
}

function together(judgements: readonly Judgement[]): { status: Status; reasons: string[] } {
  const worst = Math.max(...judgements.map(({ status }) => ranks.indexOf(status)));
  return { status: ranks[worst] ?? 'critical', reasons: judgements.flatMap(({ reasons }) => reasons) };
}

const progressView = ({ log, size, confirmedAt, lagEntries, lagMs, failures, error }: LogProgress) => ({
  log,
  size,
  confirmedAt,
  lagEntries,
  lagMs,
  failures,
  error,
});

function indexView({ state, logs, queries, rebuild, lastError, lastCheck }: IndexStatus) {
  return {
    state,
    logs: [...logs],
    queries,
    rebuild,
    lastError,
    lastCheck:
      lastCheck === null
        ? null
        : {
            ok: lastCheck.ok,
            checkedAt: lastCheck.checkedAt,
            /** Ranges that differ. */
            differing: lastCheck.logs.reduce((sum, { differing }) => sum + differing.length, 0),
          },
  };
}

/** Gathers what the ledger page shows from the parts that know it. */
export function createLedgerStatus(parts: LedgerStatusParts): ReadLedgerStatus {
  const { ledger, rules, signersOf } = parts;

  function checkpointOf(name: string, at: number | null): LedgerStatusView['logs'][number]['checkpoint'] {
    const note = ledger.reader(name).checkpoint();
    if (note === null) return null;
    const { size, root } = parseCheckpoint(parseNote(note).text);
    return { size, root: root.toString('base64'), at, note };
  }

  return async () => {
    const [figures, egress] = await Promise.all([ledger.figures(), parts.egress?.status() ?? []]);
    const health = ledger.health();
    const index = parts.index.status();
    const verification = parts.verification.last();
    const policy = parts.policy();
    const witnesses = parts.witnesses?.status() ?? [];
    const anchors = parts.anchors?.status() ?? [];
    return {
      ...together([
        health,
        parts.witnesses?.health() ?? well,
        parts.anchors?.health() ?? well,
        judgeVerification(verification),
        judgeIndex(index),
        judgeEgress(egress),
      ]),
      store: parts.store,
      guarantee: guaranteeOf({
        witnesses: witnesses.map(({ name }) => name),
        quorumAsked: parsePolicy(policy).quorum !== 'none',
        anchors,
      }),
      journalBytes: figures.journalBytes,
      logs: health.logs.map(({ name, origin, size, minimumIndex }) => {
        const figure = figures.logs.find((one) => one.name === name);
        const rule = rules.find(({ log }) => log === name);
        return {
          name,
          origin,
          size,
          bytes: figure?.bytes ?? 0,
          perSecond: figure?.perSecond ?? 0,
          minimumIndex,
          retentionDays: rule?.days ?? null,
          archive: rule?.archive ?? false,
          checkpoint: checkpointOf(name, figure?.lastCheckpointAt ?? null),
          verifierKeys: signersOf(origin).map(({ verifier }) => verifier.vkey),
        };
      }),
      policy,
      witnessKeys: [...parts.witnessKeys],
      witnesses: witnesses.map(({ name, url, state, logs }) => ({
        name,
        url,
        state,
        logs: logs.map(progressView),
      })),
      anchors: anchors.map(({ name, kind, intervalMs, logs }) => ({
        name,
        kind,
        intervalMs,
        logs: logs.map(progressView),
      })),
      egress: egress.map(({ destination, kind, sending, logs }) => ({
        destination,
        kind,
        sending,
        logs: [...logs],
      })),
      index: indexView(index),
      verification,
    };
  };
}
