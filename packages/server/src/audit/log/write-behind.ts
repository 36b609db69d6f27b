import { replaceFile, type FilePlace, type LedgerFiles } from './files.ts';

/**
 * A file system that also puts whole files in place behind the caller's back: `put` returns at once, the
 * thread pool writes, and `read` and `load` see the file from the moment of `put` on. Everything else sees
 * what is in place: whoever needs that waits for `drain`.
 *
 * For files that can be made again, because a kill loses what is pending. After an error nothing more is
 * put in place, `put` and `drain` raise that error, and what is pending stays readable.
 */
export interface WriteBehind extends LedgerFiles {
  /**
   * Puts a file in place, `placed` being called right afterwards: at once before `begin`, and while more
   * waits than may; else later, in no particular order. The bytes must not change any more. A path that is
   * pending cannot be put again. The draft's name gets a suffix.
   */
  put(at: FilePlace, bytes: Uint8Array, placed: (() => void) | undefined): void;
  /** From here on files are written behind; `onFault` hears of the first error. */
  begin(onFault: (error: Error) => void): void;
  /** Resolves when every file that is pending now is in place. */
  drain(): Promise<void>;
  /** Resolves when nothing is being written, whether it succeeded or not. */
  settle(): Promise<void>;
}

interface Pending {
  /** Grows with each one. */
  readonly number: number;
  readonly path: string;
  readonly draft: string;
  readonly bytes: Buffer;
  readonly placed: (() => void) | undefined;
}

interface Drain {
  /** Waits for those with smaller numbers. */
  readonly before: number;
  resolve(): void;
  reject(error: Error): void;
}

/** Some 250 bundles of events of usual length; at 100,000 entries a second about half a second's. */
const defaultLimitBytes = 32 * 1024 * 1024;

/** One fewer than the thread pool has threads unless told otherwise, which leaves one to `fdatasync`. */
const lanes = 3;

export function createWriteBehind(files: LedgerFiles, limitBytes: number = defaultLimitBytes): WriteBehind {
  /** In the order in which they came, as maps keep it. */
  const pending = new Map<string, Pending>();
  const queue: Pending[] = [];
  const freeLanes = Array.from({ length: lanes }, (_, lane) => lane);
  let drains: Drain[] = [];
  let settlers: (() => void)[] = [];
  let pendingBytes = 0;
  let count = 0;
  let fault: Error | null = null;
  let onFault: ((error: Error) => void) | undefined;

  const isIdle = (): boolean => freeLanes.length === lanes;

  const tellWaiting = (): void => {
    const oldest = pending.values().next().value?.number ?? Infinity;
    const waiting = drains;
    drains = [];
    for (const drain of waiting) {
      if (fault !== null) drain.reject(fault);
      else if (drain.before <= oldest) drain.resolve();
      else drains.push(drain);
    }
    if (isIdle()) for (const settled of settlers.splice(0)) settled();
  };

  const place = async (file: Pending, lane: number): Promise<void> => {
    try {
      await files.replaceLater({ path: file.path, draft: `${file.draft}.${lane}` }, file.bytes);
      pending.delete(file.path);
      pendingBytes -= file.bytes.length;
      file.placed?.();
    } catch (error) {
      const first = fault === null;
      fault ??= error instanceof Error ? error : new Error(String(error));
      queue.length = 0;
      if (first) onFault?.(fault);
    }
  };

  const work = async (lane: number): Promise<void> => {
    for (let file = queue.shift(); file !== undefined; file = queue.shift()) {
      await place(file, lane);
      if (drains.length > 0) tellWaiting();
    }
    freeLanes.push(lane);
    tellWaiting();
  };

  const pendingCopy = (path: string): Buffer | undefined => {
    const file = pending.get(path);
    return file === undefined ? undefined : Buffer.from(file.bytes);
  };

  return {
    ...files,
    read: (path) => pendingCopy(path) ?? files.read(path),
    load(path) {
      const copy = pendingCopy(path);
      return copy === undefined ? files.load(path) : Promise.resolve(copy);
    },
    put({ path, draft }, content, placed) {
      if (fault !== null) throw fault;
      if (pending.has(path)) throw new Error(`${path} is being written already`);
      if (onFault === undefined || pendingBytes + content.length > limitBytes) {
        replaceFile(files, { path, draft }, content);
        placed?.();
        return;
      }
      const bytes = Buffer.from(content.buffer, content.byteOffset, content.length);
      const file = { number: count, path, draft, bytes, placed };
      count += 1;
      pendingBytes += bytes.length;
      pending.set(path, file);
      queue.push(file);
      const lane = freeLanes.pop();
      if (lane !== undefined) void work(lane);
    },
    begin(hear) {
      onFault = hear;
    },
    drain() {
      if (fault !== null) return Promise.reject(fault);
      if (pending.size === 0) return Promise.resolve();
      return new Promise((resolve, reject) => drains.push({ before: count, resolve, reject }));
    },
    settle() {
      if (isIdle()) return Promise.resolve();
      return new Promise((resolve) => settlers.push(resolve));
    },
  };
}
