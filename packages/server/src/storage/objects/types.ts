import type { Readable } from 'node:stream';

/**
 * Objects: whole byte strings under names, written once and never changed: backups, archives, evidence.
 * The interface is what a directory, S3, Azure Blob and Google Cloud Storage can all keep.
 *
 * - key: the name, `/` between its parts, such as `backups/2026/07/shop.tar.zst`
 * - create-only: of several writers of one key exactly one wins; there is no overwriting
 */

interface ObjectEntry {
  readonly key: string;
  readonly sizeBytes: number;
  /** Milliseconds since the epoch. */
  readonly createdAt: number;
}

export interface ObjectFacts extends ObjectEntry {
  /** Of the content, in hex, as computed when it was written. */
  readonly sha256: string;
}

/** Bytes, or a source of them. A source that fails leaves nothing behind. */
export type ObjectBody = Uint8Array | AsyncIterable<Uint8Array>;

export interface PutOptions {
  /** What the content must hash to, in hex; anything else is refused and not kept. */
  readonly sha256?: string;
  /** More bytes than this are refused and not kept. */
  readonly maxBytes?: number;
  readonly signal?: AbortSignal;
}

interface OpenedObject {
  readonly facts: ObjectFacts;
  /** Fails at its end with `object_corrupt` when the content is no longer what was written. */
  readonly stream: Readable;
}

interface ObjectPage {
  /** In the order of their keys' bytes. */
  readonly objects: readonly ObjectEntry[];
  /** For the next page; absent on the last. Means nothing to another store. */
  readonly cursor?: string;
}

interface ListOptions {
  /** Any beginning of a key, not only whole parts. Default: everything. */
  readonly prefix?: string;
  readonly cursor?: string;
  /** 1 to 1,000; default 1,000. */
  readonly limit?: number;
}

export interface ObjectStore {
  /** Stores an object, durable when the promise resolves. Raises `object_exists` when the key is taken. */
  put(key: string, body: ObjectBody, options?: PutOptions): Promise<ObjectFacts>;
  /** Opens an object for reading in pieces. Raises `not_found`. */
  get(key: string): Promise<OpenedObject>;
  /** Reads a whole object, checked against its hash. Raises `not_found`, `object_corrupt`, or `object_too_large`. */
  read(key: string, maxBytes: number): Promise<Buffer>;
  /** `undefined` when there is no such object. */
  head(key: string): Promise<ObjectFacts | undefined>;
  list(options?: ListOptions): Promise<ObjectPage>;
  /** True when there was such an object. */
  delete(key: string): Promise<boolean>;
}
