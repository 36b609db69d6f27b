import { randomUUID } from 'node:crypto';
import { linkSync, readFileSync, renameSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { AuditRecordError } from '../errors.ts';

interface Holder {
  readonly pid: number;
  readonly host: string;
  readonly nonce: string;
}

/** A holder shows every 5 s that it lives; one that was silent for a minute is taken for dead. */
const beatMs = 5000;
const silentMs = 60_000;

/** Locks that this process holds: a process of the same number before it, as in containers, is dead. */
const held = new Set<string>();

function isAlive(path: string, holder: Holder): boolean {
  const age = Date.now() - statSync(path).mtimeMs;
  if (age > silentMs) return false;
  if (holder.host !== hostname()) return true;
  if (holder.pid === process.pid) return held.has(holder.nonce);
  try {
    process.kill(holder.pid, 0);
    return true;
  } catch (error) {
    // A process of another user is there all the same.
    return (error as { code?: unknown }).code === 'EPERM';
  }
}

function holderIn(path: string): Holder | undefined {
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as Holder;
  } catch {
    return undefined;
  }
}

/** Takes a dead holder's lock away; if it was replaced by a living one meanwhile, gives it back. */
function removeDead(path: string, dead: Holder | undefined): void {
  const aside = `${path}.${randomUUID()}`;
  try {
    renameSync(path, aside);
    if (holderIn(aside)?.nonce !== dead?.nonce) linkSync(aside, path);
  } catch {
    // Somebody else was first; the next try to make the lock says who has it.
  }
  rmSync(aside, { force: true });
}

/**
 * Takes a directory for this process and returns the release. Raises `spool_in_use` while another process
 * lives that holds it; a killed one does not hold it: at once on the same host, after a minute on another.
 */
export function lockDirectory(directory: string): () => void {
  const path = join(directory, 'lock');
  const own: Holder = { pid: process.pid, host: hostname(), nonce: randomUUID() };
  const draft = `${path}.${own.nonce}`;
  writeFileSync(draft, JSON.stringify(own), { mode: 0o600 });
  try {
    for (let tries = 0; ; tries += 1) {
      try {
        // Whole or not there at all: unlike writing it in place.
        linkSync(draft, path);
        break;
      } catch (error) {
        if ((error as { code?: unknown }).code !== 'EEXIST') throw error;
        const holder = holderIn(path);
        if (tries >= 5 || (holder !== undefined && isAlive(path, holder))) {
          const who = holder === undefined ? 'another process' : `process ${holder.pid} on ${holder.host}`;
          const message = `The spool ${directory} is in use by ${who}. Give every process a directory of its own.`;
          throw new AuditRecordError('spool_in_use', message);
        }
        removeDead(path, holder);
      }
    }
  } finally {
    rmSync(draft, { force: true });
  }
  held.add(own.nonce);
  const beat = setInterval(() => {
    try {
      const now = Date.now() / 1000;
      utimesSync(path, now, now);
    } catch {
      // The directory is gone; the next write to the spool says so.
    }
  }, beatMs);
  beat.unref();
  return () => {
    clearInterval(beat);
    held.delete(own.nonce);
    if (holderIn(path)?.nonce === own.nonce) rmSync(path, { force: true });
  };
}
