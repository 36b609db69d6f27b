import { argon2, randomBytes, timingSafeEqual } from 'node:crypto';
import { systemClock } from '../base/clock.ts';
import { tooBusyToHash } from './errors.ts';

/** Cost of one argon2id hash (RFC 9106). */
export interface HashCost {
  /** Memory in KiB. */
  readonly memoryKib: number;
  readonly passes: number;
  readonly lanes: number;
}

/** OWASP Password Storage Cheat Sheet: 19 MiB, two passes, one lane. */
export const defaultHashCost: HashCost = { memoryKib: 19_456, passes: 2, lanes: 1 };

export interface PasswordHasher {
  /** Returns the PHC string to keep. Raises `overloaded` when too many wait. */
  hash(password: string): Promise<string>;
  /**
   * Compares with a kept PHC string; `stale` means that it was made at another cost and should be made
   * anew. With null (no such account, no password) it does the same work and says no.
   */
  verify(password: string, stored: string | null): Promise<{ matches: boolean; stale: boolean }>;
  /**
   * Takes about as long as a check and does no work: for an answer that must not come sooner than others.
   * Before the first check there is nothing to go by, so it makes one.
   */
  waitAsLong(): Promise<void>;
}

const tagBytes = 32;
const saltBytes = 16;
const phc = /^\$argon2id\$v=19\$m=(\d+),t=(\d+),p=(\d+)\$([A-Za-z0-9+/]+)\$([A-Za-z0-9+/]+)$/;

interface Kept {
  readonly cost: HashCost;
  readonly salt: Buffer;
  readonly tag: Buffer;
}

function read(stored: string): Kept {
  const parts = phc.exec(stored);
  if (parts === null) throw new Error('a stored password hash is not an argon2id PHC string');
  const [, memory, passes, lanes, salt = '', tag = ''] = parts;
  return {
    cost: { memoryKib: Number(memory), passes: Number(passes), lanes: Number(lanes) },
    salt: Buffer.from(salt, 'base64'),
    tag: Buffer.from(tag, 'base64'),
  };
}

function write({ cost, salt, tag }: Kept): string {
  const text = (bytes: Buffer) => bytes.toString('base64').replaceAll('=', '');
  return `$argon2id$v=19$m=${cost.memoryKib},t=${cost.passes},p=${cost.lanes}$${text(salt)}$${text(tag)}`;
}

/** Runs on libuv's threads, so the event loop goes on. */
function derive(password: string, { cost, salt, tag }: Kept): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    argon2(
      'argon2id',
      {
        message: password,
        nonce: salt,
        parallelism: cost.lanes,
        tagLength: tag.length,
        memory: cost.memoryKib,
        passes: cost.passes,
      },
      (error, derived) => (error === null ? resolve(derived) : reject(error)),
    );
  });
}

export interface HasherOptions {
  readonly cost: HashCost;
  /** Hashes at the same time; the others wait, so a flood of sign-ins cannot take all memory and threads. */
  readonly parallel: number;
  /** Hashes that may wait; more are refused. */
  readonly waiting: number;
}

export function createPasswordHasher({ cost, parallel, waiting }: HasherOptions): PasswordHasher {
  const queue: (() => void)[] = [];
  let running = 0;
  /** How long checks took lately, each newer one counting a fifth; ms. Real time, as the work is. */
  let usualMs: number | undefined;
  const nobody: Kept = { cost, salt: randomBytes(saltBytes), tag: randomBytes(tagBytes) };

  async function inTurn(password: string, kept: Kept): Promise<Buffer> {
    const begun = systemClock.monotonic();
    const derived = await whenFree(password, kept);
    const took = systemClock.monotonic() - begun;
    usualMs = usualMs === undefined ? took : usualMs + (took - usualMs) / 5;
    return derived;
  }

  async function whenFree(password: string, kept: Kept): Promise<Buffer> {
    if (running >= parallel) {
      if (queue.length >= waiting) throw tooBusyToHash();
      // The one that finishes hands its place on, so `running` stays as it is.
      await new Promise<void>((resolve) => queue.push(resolve));
    } else {
      running += 1;
    }
    try {
      return await derive(password, kept);
    } finally {
      const next = queue.shift();
      if (next === undefined) running -= 1;
      else next();
    }
  }

  return {
    async hash(password) {
      const fresh: Kept = { cost, salt: randomBytes(saltBytes), tag: Buffer.alloc(tagBytes) };
      return write({ ...fresh, tag: await inTurn(password, fresh) });
    },
    async verify(password, stored) {
      const kept = stored === null ? nobody : read(stored);
      const derived = await inTurn(password, kept);
      const matches = timingSafeEqual(derived, kept.tag) && stored !== null;
      const stale =
        kept.cost.memoryKib !== cost.memoryKib ||
        kept.cost.passes !== cost.passes ||
        kept.cost.lanes !== cost.lanes;
      return { matches, stale };
    },
    async waitAsLong() {
      if (usualMs === undefined) await inTurn('', nobody);
      else await systemClock.sleep(usualMs);
    },
  };
}
