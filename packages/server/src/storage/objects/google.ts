import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { Bucket, File, FileMetadata } from '@google-cloud/storage';
import { badAddress, checkSettings, endpointOf } from './address.ts';
import type { CloudBucket, CloudFault, CloudObject } from './cloud-bucket.ts';
import { readMetadata, writeMetadata } from './cloud-bucket.ts';
import { createCloudStore } from './cloud-store.ts';
import { partsOf, type GatheredContent } from './content.ts';
import type { ObjectStoreKind } from './kinds.ts';

/** Chunks of a resumable upload are multiples of 256 KiB. */
const chunkBytes = 8 << 20;

interface GoogleFailure {
  readonly code?: number | string;
  readonly name?: string;
  readonly message?: string;
  readonly errors?: readonly { readonly message?: string }[];
}

const isAbsent = (error: unknown): boolean => (error as GoogleFailure | undefined)?.code === 404;

function googleFault(error: unknown): CloudFault {
  const { code, name, message, errors } = error as GoogleFailure;
  // Of several, the service's own words come first; the message repeats them in a list.
  const words = errors?.[0]?.message ?? message?.split('\n')[0];
  const reason = [code ?? name, words].filter((word) => word !== undefined && word !== '').join(', ');
  return { kind: Number(code) === 412 ? 'taken' : 'failed', reason };
}

const objectOf = (metadata: FileMetadata): CloudObject => ({
  sizeBytes: Number(metadata.size ?? 0),
  createdAt: metadata.timeCreated === undefined ? 0 : Date.parse(metadata.timeCreated),
  metadata: readMetadata(metadata.metadata),
});

async function* piecesOf(content: GatheredContent): AsyncGenerator<Buffer> {
  for (const [start, end] of partsOf(content.sizeBytes, chunkBytes)) yield await content.piece(start, end);
}

async function md5Of(content: GatheredContent): Promise<string> {
  const hash = createHash('md5');
  for await (const piece of piecesOf(content)) hash.update(piece);
  return hash.digest('base64');
}

/**
 * Begins when the first byte is asked for, and ends in turn: the SDK's own stream, when it is destroyed before
 * the answer is there, fails where nobody can catch it.
 */
async function* contentOf(file: File): AsyncGenerator<Buffer> {
  yield* file.createReadStream({ validation: false, decompress: false });
}

/** A bucket of Google Cloud Storage. Create-only is `ifGenerationMatch=0`. */
function createGoogleBucket(bucket: Bucket): CloudBucket {
  return {
    label: `gs://${bucket.name}`,
    async create({ name, content, metadata, signal }) {
      const options = {
        preconditionOpts: { ifGenerationMatch: 0 },
        // The service refuses content that does not have this MD5.
        metadata: {
          md5Hash: await md5Of(content),
          contentType: 'application/octet-stream',
          metadata: writeMetadata(metadata),
        },
        validation: false,
      };
      const file = bucket.file(name);
      if (content.sizeBytes <= chunkBytes) {
        await file.save(await content.piece(0, content.sizeBytes), { ...options, resumable: false });
        return;
      }
      const target = file.createWriteStream({ ...options, resumable: true, chunkSize: chunkBytes });
      await pipeline(Readable.from(piecesOf(content)), target, signal === undefined ? {} : { signal });
    },
    async head(name) {
      try {
        const [metadata] = await bucket.file(name).getMetadata();
        return objectOf(metadata);
      } catch (error) {
        if (isAbsent(error)) return undefined;
        throw error;
      }
    },
    async open(name) {
      try {
        const [metadata] = await bucket.file(name).getMetadata();
        // This very generation: another object under the name would not have this hash.
        const file = bucket.file(name, { generation: String(metadata.generation) });
        return { object: objectOf(metadata), stream: Readable.from(contentOf(file), { objectMode: false }) };
      } catch (error) {
        if (isAbsent(error)) return undefined;
        throw error;
      }
    },
    async list({ prefix, cursor, limit }) {
      const [files, next] = await bucket.getFiles({
        autoPaginate: false,
        maxResults: limit,
        ...(prefix === '' ? {} : { prefix }),
        ...(cursor === undefined ? {} : { pageToken: cursor }),
      });
      return {
        entries: files.map(({ name, metadata }) => {
          const { sizeBytes, createdAt } = objectOf(metadata);
          return { name, sizeBytes, createdAt };
        }),
        cursor: (next as { pageToken?: string } | null | undefined)?.pageToken,
      };
    },
    async delete(name) {
      try {
        await bucket.file(name).delete();
        return true;
      } catch (error) {
        if (isAbsent(error)) return false;
        throw error;
      }
    },
    faultOf: googleFault,
  };
}

function credentialsOf(text: string): { client_email: string; private_key: string } {
  let key: unknown;
  try {
    key = JSON.parse(text);
  } catch {
    throw badAddress('Its secret must be the JSON of a service account’s key.');
  }
  const { client_email, private_key } = key as { client_email?: unknown; private_key?: unknown };
  if (typeof client_email !== 'string' || typeof private_key !== 'string') {
    throw badAddress('Its secret must have client_email and private_key, as a service account’s key has.');
  }
  return { client_email, private_key };
}

/**
 * Google Cloud Storage: `gs://BUCKET/PREFIX?project=...&endpoint=...`. An endpoint without a service
 * account's key is asked without credentials, which is what emulators want.
 */
export const googleKind: ObjectStoreKind = {
  scheme: 'gs',
  async open(address, { secrets, clock, scratch }) {
    checkSettings(address, ['project', 'endpoint']);
    const endpoint = endpointOf(address);
    const project = address.settings.get('project');
    const credentials =
      secrets.serviceAccount === undefined ? undefined : credentialsOf(secrets.serviceAccount);
    const { Storage } = await import('@google-cloud/storage');
    const storage = new Storage({
      ...(project === undefined ? {} : { projectId: project }),
      ...(endpoint === undefined ? {} : { apiEndpoint: endpoint }),
      ...(credentials === undefined ? {} : { credentials, useAuthWithCustomEndpoint: true }),
      retryOptions: { maxRetries: 2, maxRetryDelay: 1, totalTimeout: 120 },
    });
    const bucket = createGoogleBucket(storage.bucket(address.bucket));
    return createCloudStore(bucket, { prefix: address.prefix, clock, scratch });
  },
};
