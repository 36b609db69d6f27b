import { generateKeyPairSync } from 'node:crypto';
import { createServer } from 'node:http';
import { systemClock } from '../../base/clock.ts';
import { silentLogger } from '../../base/logger.ts';
import type { State } from '../../storage/state/state.ts';
import { createSigner, type NoteVerifier } from '../log/formats/keys.ts';
import { parsePolicy, type TrustPolicy } from '../log/formats/policy.ts';
import { testKeys, testOrigins } from '../log/ledger-fixture.ts';
import type { WitnessCall } from '../log/witness/client.ts';
import { createWitnessService, type WitnessService } from './witness/service.ts';

/** A witness of the tests' logs behind HTTP on loopback, which can be made to misbehave. */
export interface TestWitness {
  readonly url: string;
  readonly vkey: string;
  readonly service: WitnessService;
  /** `ok`; `down`: breaks every connection; `hang`: never answers; `error`: answers 500. */
  behave(how: 'ok' | 'down' | 'hang' | 'error'): void;
  requests(): number;
  close(): Promise<void>;
}

export async function startWitness(state: State, name: string): Promise<TestWitness> {
  const signer = createSigner({
    name: `witness.example/${name}`,
    type: 0x04,
    privateKey: generateKeyPairSync('ed25519').privateKey,
  });
  const service = createWitnessService({
    state,
    clock: systemClock,
    log: silentLogger,
    signers: [signer],
    logs: Object.values(testOrigins).map((origin) => ({
      origin,
      keys: [createSigner({ name: origin, type: 1, privateKey: testKeys(origin).ed25519 }).verifier],
    })),
  });
  let behaviour = 'ok';
  let count = 0;
  const server = createServer((request, response) => {
    void (async () => {
      count += 1;
      if (behaviour === 'down') return void request.socket.destroy();
      if (behaviour === 'hang') return;
      if (behaviour === 'error') return void response.writeHead(500).end('not today');
      const chunks: Buffer[] = [];
      for await (const chunk of request) chunks.push(chunk as Buffer);
      const answer = await service.addCheckpoint(Buffer.concat(chunks).toString());
      response.writeHead(answer.status, { 'content-type': answer.contentType }).end(answer.body);
    })().catch(() => response.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as { port: number }).port}`,
    vkey: signer.verifier.vkey,
    service,
    behave: (how) => void (behaviour = how),
    requests: () => count,
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** The keys under which the tests' logs sign. */
export const testVerifiers = (origin: string): readonly NoteVerifier[] => [
  createSigner({ name: origin, type: 1, privateKey: testKeys(origin).ed25519 }).verifier,
];

/** A policy for the tests' logs that wants `needed` of these witnesses. */
export function witnessPolicy(witnesses: readonly TestWitness[], needed: number): TrustPolicy {
  const logs = Object.values(testOrigins).map((name) => {
    const { verifier } = createSigner({ name, type: 1, privateKey: testKeys(name).ed25519 });
    return `log ${verifier.vkey}\n`;
  });
  const lines = witnesses.map(({ vkey, url }, index) => `witness w${index} ${vkey} ${url}\n`);
  const names = witnesses.map((_, index) => `w${index}`).join(' ');
  return parsePolicy(`${logs.join('')}${lines.join('')}group all ${needed} ${names}\nquorum all\n`);
}

/** Calls without the rules of the outbound door, to servers of the test on loopback. */
export const plainWitnessCall: WitnessCall = async ({ url, body }) => {
  const response = await fetch(url, { method: 'POST', body });
  return {
    status: response.status,
    contentType: response.headers.get('content-type') ?? '',
    body: await response.text(),
  };
};
