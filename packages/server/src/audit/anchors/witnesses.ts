import type { Clock } from '../../base/clock.ts';
import { messageOf } from '../../base/errors.ts';
import type { Logger } from '../../base/logger.ts';
import type { State } from '../../storage/state/state.ts';
import { parseCheckpoint } from '../log/formats/checkpoint.ts';
import type { NoteVerifier } from '../log/formats/keys.ts';
import { cosignersOf, reachesQuorum, type TrustPolicy } from '../log/formats/policy.ts';
import { formatNote, parseNote, type NoteSignature } from '../log/formats/signed-note.ts';
import { ledgerBehind, ledgerForked, type LedgerForkError } from '../log/errors.ts';
import type { Ledger, PublishedCheckpoint } from '../log/ledger-types.ts';
import {
  createWitnessClient,
  type WitnessCall,
  type WitnessPeer,
  type WitnessVerdict,
} from '../log/witness/client.ts';
import { forkProof } from './fork-proof.ts';
import { createProgress, publicCheckpoints, type Progress } from './progress.ts';
import { createRounds, type Rounds } from './rounds.ts';
import type { QuorumProgress, WitnessStatus } from './types.ts';
import { within } from './within.ts';

const defaultTimeoutMs = 10_000;
const defaultRetry = { baseMs: 1000, maxMs: 300_000 };
const defaultIntervalMs = 1000;
/** Behind by more than this is worth a word, ms. */
const behindMs = 60_000;
/** Checkpoints of a log for which cosignatures may still come in. */
const openCheckpoints = 64;

export interface Witnesses {
  start(): Promise<void>;
  stop(): Promise<void>;
  status(): readonly WitnessStatus[];
  /** How far the quorum is, for each log; empty when the policy asks for none. */
  quorum(): readonly QuorumProgress[];
  /** The newest checkpoint of a log with the quorum's cosignatures, as long as this process has seen one. */
  witnessed(log: string): { readonly size: number; readonly note: string } | null;
  health(): { readonly status: 'ok' | 'degraded' | 'critical'; readonly reasons: readonly string[] };
}

export interface WitnessesRequest {
  readonly state: State;
  readonly clock: Clock;
  readonly log: Logger;
  readonly ledger: Pick<Ledger, 'names' | 'reader' | 'onCheckpoint' | 'cosign' | 'stop'>;
  readonly policy: TrustPolicy;
  readonly call: WitnessCall;
  /** Each witness is asked this often at most, ms; default 1,000. */
  readonly intervalMs?: number;
  /** For everything that one checkpoint takes, ms; default 10,000. */
  readonly timeoutMs?: number;
  /** Pauses after failures, ms; default 1 s, doubling up to 5 minutes. */
  readonly retry?: { readonly baseMs: number; readonly maxMs: number };
  /** False on a node that does not sign; asked before each round. Default: always true. */
  isActive?(): boolean;
  /** The keys under which an origin of ours signs. */
  verifiersOf(origin: string): readonly NoteVerifier[];
  /**
   * True once somebody outside was asked for the newest head of an origin since the ledger was opened. Until
   * then, and until a witness has cosigned, a witness's word against a log stops it, as when it opens; then
   * only a proof does. Default: never asked.
   */
  isConfirmed?(origin: string): boolean;
}

/** A witness of the policy that can be asked: all its keys, by its address. */
export interface PolicyPeer extends WitnessPeer {
  readonly members: readonly string[];
}

/** The witnesses of a policy that have an address. Keys with one address are one witness. */
export function peersOf(policy: TrustPolicy): readonly PolicyPeer[] {
  const byUrl = new Map<string, PolicyPeer>();
  for (const [name, { verifier, url }] of policy.witnesses) {
    if (url === undefined) continue;
    const known = byUrl.get(url);
    byUrl.set(url, {
      name: known?.name ?? name,
      url,
      keys: [...(known?.keys ?? []), verifier],
      members: [...(known?.members ?? []), name],
    });
  }
  return [...byUrl.values()];
}

/** Cosignatures of one checkpoint as they come in. */
interface Gathering {
  readonly checkpoint: PublishedCheckpoint;
  readonly signatures: NoteSignature[];
}

/** Submits every checkpoint to the witnesses of the policy and gives their cosignatures to the ledger. */
export function createWitnesses(request: WitnessesRequest): Witnesses {
  const { state, clock, log, ledger, policy } = request;
  const isActive = request.isActive ?? (() => true);
  const retry = request.retry ?? defaultRetry;
  const forks: string[] = [];
  const gathered = new Map<string, Gathering[]>();
  const reached = new Map<string, { size: number; note: string }>();
  /** Origins of which a witness has cosigned a checkpoint since the start. */
  const cosigned = new Set<string>();
  const isConfirmed = (origin: string): boolean =>
    cosigned.has(origin) || (request.isConfirmed?.(origin) ?? false);

  /** Adds cosignatures; notes when a checkpoint reaches the quorum with them. */
  function gather(checkpoint: PublishedCheckpoint, signatures: readonly NoteSignature[]): void {
    const { origin, size, text, note } = checkpoint;
    const open = gathered.get(origin) ?? [];
    gathered.set(origin, open);
    let entry = open.find((other) => other.checkpoint.text === text);
    if (entry === undefined) {
      entry = { checkpoint, signatures: [...parseNote(note).signatures] };
      open.push(entry);
      if (open.length > openCheckpoints) open.shift();
    }
    entry.signatures.push(...signatures);
    const whole = { text, signatures: entry.signatures };
    if (size < (reached.get(origin)?.size ?? 0) || !reachesQuorum(policy, cosignersOf(whole, policy))) return;
    reached.set(origin, { size, note: formatNote(whole) });
  }

  /** Our key signed more, or something else, than the log has: signing on would make it worse. */
  function stopFor(error: Error): void {
    forks.push(messageOf(error));
    log.error({ error: messageOf(error) }, 'a witness has seen another history of the log; signing stops');
    ledger.stop(error);
  }

  const publicSize = (name: string): number => {
    const note = ledger.reader(name).checkpoint();
    return note === null ? 0 : parseCheckpoint(parseNote(note).text).size;
  };

  const peers = peersOf(policy).map((peer) => {
    const client = createWitnessClient(peer, request.call);
    const progress: Progress = createProgress({ peer: `witness ${peer.name}`, state, clock });
    const source = `the witness ${peer.name}`;
    /** Signing stopped for what this witness said. */
    let hasStopped = false;
    /** What it says against a log, by origin, without a proof. It is asked again after a while. */
    const claims = new Map<string, { readonly log: string; readonly why: string; readonly until: number }>();
    let wasActive = false;

    /** What a verdict says against us; `undefined` when it says nothing. */
    async function accusation(
      verdict: WitnessVerdict,
      { log: name, origin, size, text }: PublishedCheckpoint,
    ): Promise<{ readonly error: LedgerForkError; readonly isProven: boolean } | undefined> {
      const { root } = parseCheckpoint(text);
      const conflict = { log: name, origin, source };
      if (verdict.outcome === 'forked') {
        const reader = ledger.reader(name);
        const verifiers = request.verifiersOf(origin);
        const proof = await forkProof(verdict.answer, {
          source,
          own: { log: name, origin, verifiers, reader },
        });
        const word = ledgerForked({ ...conflict, own: { size, root }, known: { size, root: null } });
        return { error: proof ?? word, isProven: proof !== undefined };
      }
      if (verdict.outcome === 'ahead') {
        const own = { size: publicSize(name), root };
        // Seen meanwhile: the next round submits what it saw, or more.
        if (verdict.size <= own.size) return undefined;
        const known = { size: verdict.size, root: null };
        return { error: ledgerBehind({ ...conflict, own, known }), isProven: false };
      }
      return undefined;
    }

    async function submit(checkpoint: PublishedCheckpoint, signal: AbortSignal): Promise<void> {
      const { log: name, origin, size, text, note } = checkpoint;
      const { consistencyProof } = ledger.reader(name);
      const verdict = await within({ clock, ms: request.timeoutMs ?? defaultTimeoutMs, signal }, () =>
        client.submit({ size, text, note, consistencyProof }),
      );
      const against = await accusation(verdict, checkpoint);
      // A node that lost its lease meanwhile is behind those that sign now, and that is no fork.
      if (against !== undefined && isActive()) {
        const { error, isProven } = against;
        const why = messageOf(error);
        // Anybody could stop us with a word. Only before anybody confirmed our head it may be a restored one.
        hasStopped = isProven || !isConfirmed(origin);
        if (hasStopped) stopFor(error);
        else
          log.error({ witness: peer.name, error: why }, 'a witness says that the log forked, without proof');
        claims.set(origin, { log: name, why, until: clock.monotonic() + retry.maxMs });
        throw new Error(why);
      }
      if (verdict.outcome !== 'cosigned') return;
      claims.delete(origin);
      cosigned.add(origin);
      ledger.cosign(name, text, verdict.signatures);
      gather(checkpoint, verdict.signatures);
      await progress.confirmed(checkpoint, parseCheckpoint(text).root);
    }

    const round = async (signal: AbortSignal): Promise<boolean> => {
      // Nothing is signed any more, and asking again would only repeat the evidence.
      if (hasStopped) return true;
      if (!isActive()) {
        wasActive = false;
        return true;
      }
      let isWell = true;
      try {
        // Another node may have signed until now.
        if (!wasActive) await progress.load();
        wasActive = true;
      } catch (error) {
        log.warn({ witness: peer.name, error: messageOf(error) }, 'what a witness has seen cannot be read');
        return false;
      }
      for (const checkpoint of progress.pending()) {
        // What it says against one log must not keep its cosignatures from the others.
        if (clock.monotonic() < (claims.get(checkpoint.origin)?.until ?? -Infinity)) continue;
        try {
          await submit(checkpoint, signal);
        } catch (error) {
          isWell &&= claims.has(checkpoint.origin);
          if (signal.aborted) break;
          log.warn({ witness: peer.name, log: checkpoint.log, error: messageOf(error) }, 'not cosigned');
          await progress.failed(checkpoint, error).catch(() => undefined);
        }
        if (hasStopped) return true;
      }
      return isWell;
    };
    const rounds: Rounds = createRounds({
      clock,
      retry,
      intervalMs: request.intervalMs ?? defaultIntervalMs,
      onlyWhenWoken: true,
      work: round,
    });
    const stateOf = (): WitnessStatus['state'] => {
      const logs = progress.status();
      if (hasStopped || claims.size > 0) return 'forked';
      if (logs.some(({ failures }) => failures > 0)) return 'failing';
      return logs.some(({ lagMs }) => lagMs > behindMs) ? 'behind' : 'ok';
    };
    return { peer, progress, rounds, stateOf, claims };
  });
  let stopListening = (): void => undefined;

  return {
    async start() {
      const take = (checkpoint: PublishedCheckpoint): void => {
        for (const { progress, rounds } of peers) {
          progress.published(checkpoint);
          rounds.wake();
        }
      };
      stopListening = ledger.onCheckpoint(take);
      for (const { progress } of peers) await progress.load();
      for (const checkpoint of publicCheckpoints(ledger)) {
        take(checkpoint);
        // It may carry cosignatures from before.
        gather(checkpoint, []);
      }
      for (const { rounds } of peers) rounds.start();
    },
    async stop() {
      stopListening();
      await Promise.all(peers.map(({ rounds }) => rounds.stop()));
    },
    status: () =>
      peers.map(({ peer, progress, stateOf }) => ({
        name: peer.name,
        members: peer.members,
        url: peer.url,
        state: stateOf(),
        logs: progress.status(),
      })),
    quorum: () =>
      policy.quorum === 'none'
        ? []
        : publicCheckpoints(ledger).map(({ log: name, origin, size }) => {
            const have = reached.get(origin)?.size ?? 0;
            return { log: name, origin, size: have, lagEntries: size - have };
          }),
    witnessed: (name) => reached.get(ledger.reader(name).origin()) ?? null,
    health() {
      const unproven =
        forks.length > 0
          ? []
          : peers.flatMap(({ peer, claims }) =>
              [...claims.values()].map(
                ({ log: name, why }) =>
                  `The witness ${peer.name} does not cosign "${name}" and says, without proof, that it forked: ${why}`,
              ),
            );
      const troubled = peers.flatMap(({ peer, progress, stateOf }) => {
        const now = stateOf();
        if (now !== 'behind' && now !== 'failing') return [];
        const worst = progress.status().toSorted((left, right) => right.lagMs - left.lagMs)[0];
        if (worst === undefined || worst.lagMs <= behindMs) return [];
        const seconds = Math.round(worst.lagMs / 1000);
        const why = worst.error === null ? '' : `: ${worst.error}`;
        return [
          `The witness ${peer.name} is ${worst.lagEntries} entries and ${seconds} s behind "${worst.log}"${why}`,
        ];
      });
      const reasons = [...forks, ...unproven, ...troubled];
      return { status: forks.length > 0 ? 'critical' : reasons.length > 0 ? 'degraded' : 'ok', reasons };
    },
  };
}
