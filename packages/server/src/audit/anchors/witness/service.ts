import { hash } from 'node:crypto';
import type { Clock } from '../../../base/clock.ts';
import { messageOf } from '../../../base/errors.ts';
import { newId } from '../../../base/ids.ts';
import type { Logger } from '../../../base/logger.ts';
import type { State } from '../../../storage/state/state.ts';
import { parseCheckpoint } from '../../log/formats/checkpoint.ts';
import type { NoteSigner } from '../../log/formats/keys.ts';
import { createWitness, type WitnessAnswer, type WitnessStore } from '../../log/witness/server.ts';
import { parseAddCheckpoint } from '../../log/witness/add-checkpoint.ts';
import {
  countContradictions,
  createStateWitnessStore,
  keepContradiction,
  listContradictions,
  listHeads,
} from './store.ts';
import type { Contradiction, WitnessedLog, WitnessedLogStatus } from './types.ts';

/** One is proof enough; more tell nothing new and would fill the store of who holds a log's key. */
const evidencePerLog = 100;

export interface WitnessService {
  /** Answers the body of `POST add-checkpoint` (C2SP tlog-witness), in terms of HTTP. */
  addCheckpoint(body: string): Promise<WitnessAnswer>;
  /** Every log that is known by configuration or memory, by origin. */
  list(): Promise<readonly WitnessedLogStatus[]>;
  /** Evidence, newest first; `limit` defaults to 100. */
  contradictions(limit?: number): Promise<readonly Contradiction[]>;
  /** The keys under which this witness cosigns, as text (C2SP signed-note). */
  readonly vkeys: readonly string[];
}

/**
 * Makes this installation a witness of other people's logs, on as many nodes as share State. Only logs in
 * `logs` are cosigned; one that is taken off the list keeps its memory.
 */
export function createWitnessService(parts: {
  readonly state: State;
  readonly clock: Clock;
  readonly log: Logger;
  /** Cosigner keys: type 0x04, 0x06 or both. */
  readonly signers: readonly NoteSigner[];
  readonly logs: readonly WitnessedLog[];
  /** Where heads are kept; default: State. */
  readonly store?: WitnessStore;
}): WitnessService {
  const { state, clock, log, signers } = parts;
  const store = parts.store ?? createStateWitnessStore(state, clock);
  const keys = new Map(parts.logs.map(({ origin, keys: own }) => [origin, own]));

  async function keep(origin: string, request: string): Promise<void> {
    const known = await store.latest(origin);
    const { size, root } = parseCheckpoint(parseAddCheckpoint(request).checkpoint.text);
    const proven = known?.size === size && !known.root.equals(root);
    log.error({ origin, size, proven }, 'a log that this witness watches contradicts what it signed before');
    await keepContradiction(
      state,
      {
        id: newId('wct', clock.now()),
        origin,
        digest: hash('sha256', request),
        proven,
        request,
        known: known === null ? null : { size: known.size, note: known.note },
        at: clock.now(),
      },
      evidencePerLog,
    );
  }

  return {
    vkeys: signers.map(({ verifier }) => verifier.vkey),
    async addCheckpoint(body) {
      const contradicted: string[] = [];
      const witness = createWitness({
        signers,
        store,
        clock,
        keysOf: (origin) => keys.get(origin) ?? [],
        onContradiction: (origin) => void contradicted.push(origin),
      });
      const answer = await witness.addCheckpoint(body);
      for (const origin of contradicted) {
        // The refusal matters more than the record of it.
        await keep(origin, body).catch((error: unknown) =>
          log.error({ origin, error: messageOf(error) }, 'evidence against a log could not be kept'),
        );
      }
      return answer;
    },
    async list() {
      const [heads, counts] = await Promise.all([listHeads(state), countContradictions(state)]);
      const origins = new Set([...keys.keys(), ...heads.map(({ origin }) => origin), ...counts.keys()]);
      return [...origins].toSorted().map((origin) => {
        const head = heads.find((row) => row.origin === origin);
        return { origin, head: head ?? null, contradictions: counts.get(origin) ?? 0 };
      });
    },
    contradictions: (limit = 100) => listContradictions(state, limit),
  };
}
