import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Clock } from '../../base/clock.ts';
import { writeBundle, type EvidenceEvent } from './bundle.ts';
import { unfitEvidence } from './errors.ts';
import {
  createProver,
  findEvent,
  leafReaders,
  noteText,
  takeCheckpoints,
  type EvidenceCheckpoints,
  type EvidencePlace,
  type EvidenceRequest,
  type EvidenceSources,
  type FoundEvidence,
  type Prover,
} from './evidence-places.ts';
import { evidenceReadme, type EvidenceFacts } from './evidence-readme.ts';
import { jsonInHtml, verifierPage } from './page.ts';
import { zipStream, type ZipFile } from './zip-stream.ts';

/** Most events that one bundle holds. */
const evidenceLimit = 10_000;
/** Larger bundles are not put inside the page, so that it opens everywhere. */
const pageLimitBytes = 64 * 1024 * 1024;

/** A proof and its checkpoint, roughly. */
const proofBytes = 2_000;

export interface EvidenceOptions extends EvidenceSources {
  /** Text of the C2SP tlog-policy to put into bundles. */
  readonly policy: () => string;
  readonly clock: Clock;
}

export interface Evidence {
  /**
   * Checks that everything asked for is there and can be proven, then gives the bytes of a ZIP archive.
   * Every place is read anew for each file, so that memory does not grow with what the events hold; a field
   * that is erased meanwhile is closed from then on. Whoever calls puts the disclosure on record first.
   *
   * Raises `invalid_input` that names `places` or `fields`, `not_found` for an entry that the log no longer
   * keeps, and `evidence_not_ready` while the checkpoint lacks the witnesses of the policy; all of them
   * before the first byte.
   */
  export(request: EvidenceRequest): Promise<AsyncIterable<Uint8Array>>;
}

interface Prepared {
  readonly places: readonly EvidencePlace[];
  readonly checkpoints: EvidenceCheckpoints;
  readonly fields: EvidenceRequest['fields'];
  readonly policy: string;
  readonly find: (place: EvidencePlace, fields: EvidenceRequest['fields']) => Promise<FoundEvidence>;
  readonly prove: Prover;
  readonly facts: EvidenceFacts;
}

/** The places without those named twice, in their order. */
function distinct(places: readonly EvidencePlace[]): EvidencePlace[] {
  return [...new Map(places.map((place) => [`${place.log} ${place.index} ${place.id}`, place])).values()];
}

async function* gathered(prepared: Prepared): AsyncGenerator<EvidenceEvent> {
  const { places, fields, find, prove } = prepared;
  for (const place of places) {
    const { leaf, disclosures } = await find(place, fields);
    yield { leaf, disclosures, proof: await prove(place) };
  }
}

async function prepare(request: EvidenceRequest, options: EvidenceOptions): Promise<Prepared> {
  const places = distinct(request.places);
  const { fields } = request;
  if (places.length === 0 || places.length > evidenceLimit) {
    throw unfitEvidence('places', `must name 1 to ${evidenceLimit} events`);
  }
  if (fields !== 'all' && fields.some((field) => field === '' || field.length > 200)) {
    throw unfitEvidence('fields', 'must be dotted paths of at most 200 characters');
  }
  const policy = options.policy();
  const checkpoints = await takeCheckpoints(places, options, policy);
  const leaves = leafReaders(options, checkpoints);
  const find: Prepared['find'] = (place, wanted) =>
    findEvent(place, { vault: options.vault, leaves }, wanted);
  let [disclosed, closed, bytes] = [0, 0, 0];
  for (const place of places) {
    const event = await find(place, fields);
    disclosed += event.disclosed.length;
    closed += event.closed;
    bytes += event.leaf.length * 1.4 + event.disclosures.join().length + proofBytes;
  }
  const facts = {
    events: places.length,
    disclosed,
    closed,
    fields,
    logs: [...checkpoints.values()].map(({ note, size }) => ({
      origin: note.text.split('\n')[0] ?? '',
      size,
    })),
    madeAt: options.clock.now(),
    inPage: bytes <= pageLimitBytes,
  };
  const prove = createProver(options, checkpoints);
  return { places, checkpoints, fields, policy, find, prove, facts };
}

async function* pageWith(bundle: AsyncIterable<string> | readonly string[]): AsyncGenerator<string> {
  const { before, after } = verifierPage();
  yield before;
  for await (const piece of bundle) yield jsonInHtml(piece);
  yield after;
}

async function* evidenceFiles(prepared: Prepared): AsyncGenerator<ZipFile> {
  const { policy, checkpoints, places, facts } = prepared;
  const beside = (name: string): ZipFile => ({
    name,
    content: [readFileSync(join(import.meta.dirname, name))],
  });
  const notes = [...checkpoints.values()].map(noteText);
  const bundle = () => writeBundle({ policy, checkpoints: notes, events: gathered(prepared) });
  const numbered = (number: number): string => String(number).padStart(5, '0');

  yield { name: 'README.txt', content: [evidenceReadme(facts)] };
  yield { name: 'policy.txt', content: [policy] };
  yield beside('verify.py');
  yield beside('verify.go');
  for (const [at, [log, checkpoint]] of [...checkpoints].entries()) {
    const name = log.replaceAll(/[^a-z0-9-]/g, '-').slice(0, 40);
    yield { name: `checkpoints/${at + 1}-${name}.checkpoint`, content: [noteText(checkpoint)] };
  }
  yield { name: 'verify.html', content: pageWith(facts.inPage ? bundle() : []) };
  yield { name: 'bundle.json', content: bundle() };
  for (const [at, place] of places.entries()) {
    const { leaf } = await prepared.find(place, []);
    const proof = await prepared.prove(place);
    yield { name: `receipts/${numbered(at + 1)}.tlog-proof`, content: [proof], stored: true };
    yield { name: `leaves/${numbered(at + 1)}.json`, content: [leaf], stored: true };
  }
}

/** Makes evidence bundles: events with everything that is needed to check them without Custos. */
export function createEvidence(options: EvidenceOptions): Evidence {
  return {
    async export(request) {
      const prepared = await prepare(request, options);
      return zipStream(evidenceFiles(prepared), prepared.facts.madeAt);
    },
  };
}
