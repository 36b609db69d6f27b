import { randomBytes } from 'node:crypto';
import { finished } from 'node:stream';
import type { Clock } from '../../base/clock.ts';
import { CustosError, invalidInput, notFound } from '../../base/errors.ts';
import type { CloudBucket, CloudMetadata, CloudObject } from './cloud-bucket.ts';
import { gather } from './content.ts';
import { objectCorrupt, objectExists, objectTooLarge, storeFailed } from './errors.ts';
import { checkKey, checkPrefix, isKey } from './keys.ts';
import type { ObjectFacts, ObjectStore } from './types.ts';
import { verifier } from './verified-stream.ts';

const maxPage = 1000;
/** How often an upload is begun anew because another one was in the way. */
const maxAttempts = 5;

export interface CloudStoreRequest {
  /** What every key is put behind. */
  readonly prefix: string;
  readonly clock: Clock;
  /** Directory for large content on its way. */
  readonly scratch: string;
}

/** Makes an `ObjectStore` of a bucket of a cloud service. */
export function createCloudStore(bucket: CloudBucket, request: CloudStoreRequest): ObjectStore {
  const { prefix, clock, scratch } = request;
  const nameOf = (key: string): string => {
    checkKey(key);
    return `${prefix}${key}`;
  };
  const failed = (error: unknown): unknown =>
    error instanceof CustosError || (error as Error | undefined)?.name === 'AbortError'
      ? error
      : storeFailed(bucket.label, bucket.faultOf(error).reason);
  const asked = async <T>(work: () => Promise<T>): Promise<T> => {
    try {
      return await work();
    } catch (error) {
      throw failed(error);
    }
  };
  const factsOf = (key: string, object: CloudObject): ObjectFacts => {
    // Somebody else's object has no hash that its content could be compared with.
    if (object.metadata === undefined) throw objectCorrupt(key);
    const { sizeBytes, createdAt, metadata } = object;
    return { key, sizeBytes, sha256: metadata.sha256, createdAt };
  };

  /** What came of an upload that failed or whose answer was lost: whose object is there now? */
  async function present(
    name: string,
    { putId }: CloudMetadata,
  ): Promise<'ours' | 'other' | 'none' | 'unknown'> {
    try {
      const object = await bucket.head(name);
      if (object === undefined) return 'none';
      return object.metadata?.putId === putId ? 'ours' : 'other';
    } catch {
      return 'unknown';
    }
  }

  async function open(key: string) {
    const opened = await asked(() => bucket.open(nameOf(key)));
    if (opened === undefined) throw notFound('object', key);
    try {
      return { facts: factsOf(key, opened.object), source: opened.stream };
    } catch (error) {
      opened.stream.destroy();
      throw error;
    }
  }

  async function get(key: string): ReturnType<ObjectStore['get']> {
    const { facts, source } = await open(key);
    const checked = verifier(key, facts);
    finished(source, (error) => {
      if (error) checked.destroy(storeFailed(bucket.label, bucket.faultOf(error).reason));
    });
    checked.once('close', () => source.destroy());
    source.pipe(checked);
    return { facts, stream: checked };
  }

  return {
    async put(key, body, options = {}) {
      const name = nameOf(key);
      options.signal?.throwIfAborted();
      if ((await asked(() => bucket.head(name))) !== undefined) throw objectExists(key);
      const content = await gather({ key, body, scratch }, options);
      try {
        const metadata = { sha256: content.sha256, putId: randomBytes(12).toString('hex') };
        for (let attempt = 1; ; attempt += 1) {
          try {
            await bucket.create({ name, content, metadata, signal: options.signal });
            break;
          } catch (error) {
            // An answer that was lost and asked for again says "taken" of our own object.
            const now = await present(name, metadata);
            if (now === 'ours') break;
            const { kind } = bucket.faultOf(error);
            if (now === 'other' || (now === 'unknown' && kind === 'taken')) throw objectExists(key);
            options.signal?.throwIfAborted();
            if (kind === 'failed' || attempt === maxAttempts) throw failed(error);
            await clock.sleep(50 * 2 ** attempt, options.signal);
          }
        }
        const { sizeBytes, sha256 } = content;
        // It is stored; that its time cannot be asked for now is no reason to say otherwise.
        const stored = await bucket.head(name).catch(() => undefined);
        return { key, sizeBytes, sha256, createdAt: stored?.createdAt ?? clock.now() };
      } finally {
        await content.close();
      }
    },

    get,

    async read(key, maxBytes) {
      const { facts, stream } = await get(key);
      if (facts.sizeBytes > maxBytes) {
        stream.destroy();
        throw objectTooLarge(key, maxBytes);
      }
      const chunks: Buffer[] = [];
      let length = 0;
      for await (const chunk of stream) {
        length += (chunk as Buffer).length;
        if (length > maxBytes) throw objectTooLarge(key, maxBytes);
        chunks.push(chunk as Buffer);
      }
      return Buffer.concat(chunks);
    },

    async head(key) {
      const name = nameOf(key);
      const object = await asked(() => bucket.head(name));
      return object === undefined ? undefined : factsOf(key, object);
    },

    async list({ prefix: wanted = '', cursor, limit = maxPage } = {}) {
      checkPrefix(wanted);
      if (!Number.isInteger(limit) || limit < 1 || limit > maxPage) {
        throw invalidInput([{ field: 'limit', message: `It must be a whole number from 1 to ${maxPage}.` }]);
      }
      const page = await asked(() => bucket.list({ prefix: `${prefix}${wanted}`, cursor, limit }));
      const objects = page.entries
        .map(({ name, sizeBytes, createdAt }) => ({ key: name.slice(prefix.length), sizeBytes, createdAt }))
        // What others put into the bucket under names that are no keys could not be read anyway.
        .filter(({ key }) => isKey(key));
      return page.cursor === undefined ? { objects } : { objects, cursor: page.cursor };
    },

    async delete(key) {
      const name = nameOf(key);
      return asked(() => bucket.delete(name));
    },
  };
}
