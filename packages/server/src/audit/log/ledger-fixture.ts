import { hash } from 'node:crypto';
import { cpSync, mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { createManualClock, type Clock } from '../../base/clock.ts';
import { createSigner } from './formats/keys.ts';
import { parsePolicy, type TrustPolicy } from './formats/policy.ts';
import { deriveLogKeys } from './log-keys.ts';
import type { LedgerOptions } from './ledger-types.ts';

/** What tests of the ledger share: keys that never change, a policy, directories that go away. */
export const testOrigins = { general: 'example.com/general', security: 'example.com/security' } as const;

/** Always the same keys, so that children of a test sign with them too. */
export const testKeys = deriveLogKeys(Buffer.alloc(32, 1), { mlDsa44: false });

/** A policy that trusts the logs of these origins, without witnesses. */
export function testPolicy(...origins: string[]): TrustPolicy {
  const lines = [...Object.values(testOrigins), ...origins].map((name) => {
    const { verifier } = createSigner({ name, type: 1, privateKey: testKeys(name).ed25519 });
    return `log ${verifier.vkey}\n`;
  });
  return parsePolicy(`${lines.join('')}quorum none\n`);
}

export function temporary(): string {
  return mkdtempSync(join(tmpdir(), 'custos-ledger-'));
}

export function removed(directory: string): void {
  rmSync(directory, { recursive: true, force: true });
}

export function copied(directory: string): string {
  const copy = temporary();
  cpSync(directory, copy, { recursive: true });
  return copy;
}

/** Every file below a directory with its content. */
export function contents(directory: string): Map<string, Buffer> {
  return new Map(
    readdirSync(directory, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name))
      .toSorted()
      .map((path) => [relative(directory, path), readFileSync(path)]),
  );
}

/** Options of a small ledger: two logs, small segments, checkpoints only when asked. */
export function testOptions(directory: string, clock: Clock = createManualClock()): LedgerOptions {
  return {
    directory,
    clock,
    logs: Object.entries(testOrigins).map(([name, origin]) => ({ name, origin })),
    keysOf: testKeys,
    checkpointMs: 0,
    journal: { segmentBytes: 256 * 1024, frameBytes: 64 * 1024 },
  };
}

/** The same as hashes, which differ readably. */
export function digests(directory: string): Record<string, string> {
  return Object.fromEntries([...contents(directory)].map(([path, bytes]) => [path, hash('sha256', bytes)]));
}

/** An entry whose content and length follow from its number. */
export function testEntry(number: number): Buffer {
  return Buffer.from(`{"number":${number},"text":"${'x'.repeat(1 + ((number * 37) % 300))}"}`);
}
