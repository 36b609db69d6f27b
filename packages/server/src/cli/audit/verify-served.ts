import { createTileVerifier, type CheckpointStore } from '@custos/client/ledger';
import { verifyServedTree } from '../../app/audit/host/served-tree.ts';
import { systemClock } from '../../base/clock.ts';
import { connect, type ConnectionOptions } from '../connection.ts';
import { servedResources } from './served-resources.ts';
import { exitCodeOf } from './verdict.ts';

/** What was found of one log. */
export interface ServedLogReport {
  readonly origin: string;
  readonly exitCode: 0 | 1 | 2;
  readonly size: number;
  readonly entries: number;
  readonly hashesOnly: number;
  /** Size of the remembered checkpoint that this one continues. */
  readonly continues: number | null;
  readonly findings: readonly string[];
}

export interface ServedRequest extends ConnectionOptions {
  /** Text of a C2SP tlog-policy; the server's own when absent. */
  readonly policy?: string | undefined;
  readonly remember?: CheckpointStore | undefined;
  /** Told how far a log is. */
  readonly onProgress?: (origin: string, done: number, size: number) => void;
}

const nothing = { size: 0, entries: 0, hashesOnly: 0, continues: null };

/** Ed25519 keys of the logs of a policy, which is the kind that signs every checkpoint. */
export function logKeys(policy: string): readonly string[] {
  const keys = new Map<string, string>();
  for (const line of policy.split('\n')) {
    const [word, vkey = ''] = line.trim().split(/[ \t]+/);
    const parts = vkey.split('+');
    const isEd25519 = Buffer.from(parts.slice(2).join('+'), 'base64')[0] === 0x01;
    if (word === 'log' && parts[0] !== undefined && isEd25519) keys.set(parts[0], vkey);
  }
  return [...keys.values()];
}

/** Verifies every log of a policy over HTTP: its signature, its continuity, and every entry that it serves. */
export async function verifyServed(request: ServedRequest): Promise<readonly ServedLogReport[]> {
  const policy = request.policy ?? (await connect(request).audit.ledger.status()).policy;
  const keys = logKeys(policy);
  if (keys.length === 0) throw new Error('the policy names no log with an Ed25519 key');
  const reports: ServedLogReport[] = [];
  for (const vkey of keys) reports.push(await verifyLog(vkey, request));
  return reports;
}

async function verifyLog(vkey: string, request: ServedRequest): Promise<ServedLogReport> {
  const origin = vkey.slice(0, vkey.indexOf('+'));
  const fetch = servedResources(request, origin, systemClock);
  const { remember, onProgress } = request;
  const verifier = createTileVerifier({
    fetch,
    vkey,
    ...(remember === undefined ? {} : { store: remember }),
  });
  const verdict = await verifier.checkpoint();
  if (!verdict.verified) {
    return { origin, ...nothing, exitCode: exitCodeOf(verdict.code), findings: [verdict.reason] };
  }
  const { size, root } = verdict.checkpoint;
  const tree = await verifyServedTree({
    fetch,
    size,
    root,
    onProgress: (done) => onProgress?.(origin, done, size),
  });
  const findings = tree.findings.map(
    ({ from, to, message }) =>
      `${to - from === 1 ? `Entry ${from}` : `Entries ${from} to ${to - 1}`}: ${message}`,
  );
  const { entries, hashesOnly } = tree;
  const exitCode = findings.length === 0 ? 0 : 1;
  return { origin, exitCode, size, entries, hashesOnly, continues: verdict.continues, findings };
}
