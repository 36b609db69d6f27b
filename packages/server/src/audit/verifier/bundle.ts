/**
 * An evidence bundle: events with everything that is needed to check them without Custos. The format is
 * described in `docs/audit.md`; `verify.py` in this folder checks it with nothing but Python.
 */
export interface EvidenceBundle {
  /** Trusted logs, witnesses and quorum (C2SP tlog-policy), as the maker of the bundle states them. */
  readonly policy: string;
  /** The newest checkpoint of each log (C2SP tlog-checkpoint), beside those in the proofs. */
  readonly checkpoints: readonly string[];
  readonly events: readonly EvidenceEvent[];
}

export interface EvidenceEvent {
  /** The exact bytes that the log hashed. */
  readonly leaf: Uint8Array;
  /** C2SP tlog-proof with its checkpoint. */
  readonly proof: string;
  /** Disclosures of the sealed fields that the reader may see. */
  readonly disclosures: readonly string[];
}

/** Writes `bundle.json` piece by piece, so that a bundle of many events is never whole in memory. */
export async function* writeBundle({
  policy,
  checkpoints,
  events,
}: Omit<EvidenceBundle, 'events'> & {
  readonly events: Iterable<EvidenceEvent> | AsyncIterable<EvidenceEvent>;
}): AsyncGenerator<string> {
  const head = JSON.stringify({ format: 'custos-evidence/1', policy, checkpoints }, null, 1);
  yield `${head.slice(0, head.lastIndexOf('\n}'))},\n "events": [`;
  let separator = '\n  ';
  for await (const { leaf, proof, disclosures } of events) {
    yield separator + JSON.stringify({ leaf: Buffer.from(leaf).toString('base64'), proof, disclosures });
    separator = ',\n  ';
  }
  yield '\n ]\n}\n';
}
