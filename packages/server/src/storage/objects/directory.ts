import { createHash, randomBytes } from 'node:crypto';
import {
  chmod,
  mkdir,
  open,
  readFile,
  readdir,
  rename,
  rm,
  rmdir,
  stat,
  writeFile,
  type FileHandle,
} from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { type Readable, pipeline } from 'node:stream';
import type { Clock } from '../../base/clock.ts';
import { invalidInput, notFound } from '../../base/errors.ts';
import { fileCode, makeDirectories, syncDirectory, syncUpTo } from './durable.ts';
import { hashMismatch, objectCorrupt, objectExists, objectTooLarge } from './errors.ts';
import { checkKey, checkPrefix } from './keys.ts';
import type { ObjectBody, ObjectFacts, ObjectStore, PutOptions } from './types.ts';
import { verifier } from './verified-stream.ts';
import { objectMark, walkKeys } from './walk.ts';

/** Drafts that nobody has written to for this long were left by a process that died. */
const abandonedMs = 24 * 3_600_000;
const maxPage = 1000;
const maxPublishAttempts = 20;

/**
 * Opens the store of objects in a directory, which is made when absent.
 *
 * An object is a directory `objects/KEY~` with the content in `data` and its facts in `facts.json`. It is
 * written as a draft beside the others, put on disk, and then renamed: a rename does not replace a
 * directory that has something in it, so creating is atomic and exclusive in one step, and a crash leaves
 * either the whole object or a draft that no listing shows.
 */
export async function openDirectoryStore(root: string, clock: Clock): Promise<ObjectStore> {
  const objects = join(root, 'objects');
  const drafts = join(root, 'drafts');
  await makeDirectories(objects);
  await makeDirectories(drafts);
  for (const path of [root, objects, drafts]) await chmod(path, 0o700);
  await removeAbandoned(drafts, clock);

  const pathOf = (key: string): string => {
    checkKey(key);
    return join(objects, `${key}${objectMark}`);
  };
  const draft = (): string => join(drafts, `${clock.now()}-${randomBytes(9).toString('hex')}`);

  async function head(key: string): Promise<ObjectFacts | undefined> {
    try {
      return JSON.parse(await readFile(join(pathOf(key), 'facts.json'), 'utf8')) as ObjectFacts;
    } catch (error) {
      if (fileCode(error) === 'ENOENT') return undefined;
      throw error instanceof SyntaxError ? objectCorrupt(key) : error;
    }
  }

  async function get(key: string): Promise<{ facts: ObjectFacts; stream: Readable }> {
    const facts = await head(key);
    if (facts === undefined) throw notFound('object', key);
    let file: FileHandle;
    try {
      file = await open(join(pathOf(key), 'data'), 'r');
    } catch (error) {
      throw fileCode(error) === 'ENOENT' ? notFound('object', key) : error;
    }
    const checked = pipeline(file.createReadStream(), verifier(key, facts), () => undefined);
    return { facts, stream: checked };
  }

  return {
    async put(key, body, options = {}) {
      const path = pathOf(key);
      if ((await head(key)) !== undefined) throw objectExists(key);
      const place = draft();
      await mkdir(place, { mode: 0o700 });
      try {
        const content = await writeContent(join(place, 'data'), { key, body, options });
        const facts: ObjectFacts = { key, ...content, createdAt: clock.now() };
        await writeFile(join(place, 'facts.json'), JSON.stringify(facts), {
          mode: 0o600,
          flush: true,
          flag: 'wx',
        });
        await syncDirectory(place);
        await publish({ place, path, root: objects, key });
        return facts;
      } catch (error) {
        await rm(place, { recursive: true, force: true });
        throw error;
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
      for await (const chunk of stream) chunks.push(chunk as Buffer);
      return Buffer.concat(chunks);
    },

    head,

    async list({ prefix = '', cursor = '', limit = maxPage } = {}) {
      checkPrefix(prefix);
      if (!Number.isInteger(limit) || limit < 1 || limit > maxPage) {
        throw invalidInput([{ field: 'limit', message: `It must be a whole number from 1 to ${maxPage}.` }]);
      }
      const found: ObjectFacts[] = [];
      for await (const key of walkKeys(objects, { prefix, after: cursor })) {
        const facts = await head(key);
        if (facts === undefined) continue;
        // One more than asked for was found: the page before it is not the last.
        const last = found.at(-1);
        if (found.length === limit && last !== undefined)
          return { objects: entries(found), cursor: last.key };
        found.push(facts);
      }
      return { objects: entries(found) };
    },

    async delete(key) {
      const path = pathOf(key);
      const place = draft();
      try {
        await rename(path, place);
      } catch (error) {
        if (fileCode(error) === 'ENOENT') return false;
        throw error;
      }
      await removeEmptyAbove(dirname(path), objects);
      await syncUpTo(objects, dirname(path));
      await rm(place, { recursive: true, force: true });
      return true;
    },
  };
}

const entries = (found: readonly ObjectFacts[]) =>
  found.map(({ key, sizeBytes, createdAt }) => ({ key, sizeBytes, createdAt }));

/** Writes and syncs the content; returns what was written. */
async function writeContent(
  path: string,
  { key, body, options }: { readonly key: string; readonly body: ObjectBody; readonly options: PutOptions },
): Promise<{ readonly sizeBytes: number; readonly sha256: string }> {
  const hash = createHash('sha256');
  let sizeBytes = 0;
  const file = await open(path, 'wx', 0o600);
  try {
    const chunks = body instanceof Uint8Array ? [body] : body;
    for await (const chunk of chunks) {
      options.signal?.throwIfAborted();
      sizeBytes += chunk.byteLength;
      if (options.maxBytes !== undefined && sizeBytes > options.maxBytes)
        throw objectTooLarge(key, options.maxBytes);
      hash.update(chunk);
      await file.writeFile(chunk);
    }
    await file.sync();
  } finally {
    await file.close();
  }
  const sha256 = hash.digest('hex');
  if (options.sha256 !== undefined && options.sha256.toLowerCase() !== sha256) throw hashMismatch(key);
  return { sizeBytes, sha256 };
}

interface Publication {
  readonly place: string;
  readonly path: string;
  readonly root: string;
  readonly key: string;
}

/** Gives a finished draft its name, and puts that name and those of its directories on disk. */
async function publish({ place, path, root, key }: Publication): Promise<void> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      await mkdir(dirname(path), { recursive: true, mode: 0o700 });
      await rename(place, path);
      break;
    } catch (error) {
      const code = fileCode(error);
      if (code === 'ENOTEMPTY' || code === 'EEXIST') throw objectExists(key);
      // A delete has just removed the empty directory that the object was to go into.
      if (code !== 'ENOENT' || attempt === maxPublishAttempts) throw error;
    }
  }
  // All the way up, for another writer may have made a directory of the path and not yet synced its name.
  await syncUpTo(root, dirname(path));
}

async function removeAbandoned(drafts: string, clock: Clock): Promise<void> {
  for (const name of await readdir(drafts)) {
    const path = join(drafts, name);
    const touched = await Promise.all(
      [stat(path), stat(join(path, 'data'))].map((facts) =>
        facts.then(
          (f) => f.mtimeMs,
          () => 0,
        ),
      ),
    );
    if (clock.now() - Math.max(...touched) > abandonedMs) await rm(path, { recursive: true, force: true });
  }
}

async function removeEmptyAbove(path: string, root: string): Promise<void> {
  for (let directory = path; directory !== root; directory = dirname(directory)) {
    try {
      await rmdir(directory);
    } catch {
      // Something is in it, or another delete was first.
      return;
    }
  }
}
