import { createHash } from 'node:crypto';
import type { Readable } from 'node:stream';
import type { ContainerClient } from '@azure/storage-blob';
import { badAddress, checkSettings, endpointOf } from './address.ts';
import type { CloudBucket, CloudFault, CloudObject } from './cloud-bucket.ts';
import { readMetadata, writeMetadata } from './cloud-bucket.ts';
import { createCloudStore } from './cloud-store.ts';
import { partsOf } from './content.ts';
import type { ObjectStoreKind } from './kinds.ts';

/** Azure takes 50,000 blocks of one blob, of up to 4,000 MiB each. */
const maxBlocks = 50_000;
const blockBytes = 8 << 20;

const md5 = (bytes: Uint8Array): Uint8Array => createHash('md5').update(bytes).digest();

interface AzureFailure {
  readonly statusCode?: number;
  readonly code?: string;
  readonly name?: string;
  readonly message?: string;
}

const statusOf = (error: unknown): number | undefined => (error as AzureFailure | undefined)?.statusCode;

function azureFault(error: unknown): CloudFault {
  const { code, name, message = '' } = error as AzureFailure;
  const status = statusOf(error);
  // The SDK's message goes on with the whole request; its first line says it all.
  const words = [code ?? name, status === undefined ? undefined : `status ${status}`, message.split('\n')[0]];
  const reason = words.filter((word) => word !== undefined && word !== '').join(', ');
  if (code === 'BlobAlreadyExists' || code === 'ConditionNotMet' || code === 'TargetConditionNotMet') {
    return { kind: 'taken', reason };
  }
  // Blocks that wait are thrown away when another writer of the same name is first.
  return { kind: code === 'InvalidBlockList' ? 'again' : 'failed', reason };
}

interface BlobProperties {
  readonly contentLength?: number | undefined;
  readonly lastModified?: Date | undefined;
  readonly metadata?: Record<string, string> | undefined;
}

const objectOf = ({ contentLength, lastModified, metadata }: BlobProperties): CloudObject => ({
  sizeBytes: contentLength ?? 0,
  createdAt: lastModified?.getTime() ?? 0,
  metadata: readMetadata(metadata),
});

/** A container of Azure Blob Storage. Create-only is `If-None-Match: *`. */
function createAzureBucket(container: ContainerClient): CloudBucket {
  return {
    label: `azure://${container.containerName}`,
    async create({ name, content, metadata, signal }) {
      const blob = container.getBlockBlobClient(name);
      const aborting = signal === undefined ? {} : { abortSignal: signal };
      const common = {
        ...aborting,
        conditions: { ifNoneMatch: '*' },
        metadata: writeMetadata(metadata),
        blobHTTPHeaders: { blobContentType: 'application/octet-stream' },
      };
      if (content.sizeBytes <= blockBytes) {
        const body = await content.piece(0, content.sizeBytes);
        await blob.upload(body, body.length, { ...common, transactionalContentMD5: md5(body) });
        return;
      }
      const ids: string[] = [];
      const size = Math.max(blockBytes, Math.ceil(content.sizeBytes / maxBlocks));
      for (const [index, [start, end]] of partsOf(content.sizeBytes, size).entries()) {
        const block = await content.piece(start, end);
        // Blocks of all writers of one name lie together, so their ids have the writer in them.
        const id = Buffer.from(`${metadata.putId}-${String(index).padStart(6, '0')}`).toString('base64');
        await blob.stageBlock(id, block, block.length, { ...aborting, transactionalContentMD5: md5(block) });
        ids.push(id);
      }
      await blob.commitBlockList(ids, common);
    },
    async head(name) {
      try {
        return objectOf(await container.getBlobClient(name).getProperties());
      } catch (error) {
        if (statusOf(error) === 404 && (error as AzureFailure).code !== 'ContainerNotFound') return undefined;
        throw error;
      }
    },
    async open(name) {
      try {
        const answer = await container.getBlobClient(name).download();
        return { object: objectOf(answer), stream: answer.readableStreamBody as Readable };
      } catch (error) {
        if (statusOf(error) === 404 && (error as AzureFailure).code !== 'ContainerNotFound') return undefined;
        throw error;
      }
    },
    async list({ prefix, cursor, limit }) {
      const pages = container
        .listBlobsFlat(prefix === '' ? {} : { prefix })
        .byPage({ maxPageSize: limit, ...(cursor === undefined ? {} : { continuationToken: cursor }) });
      const page = await pages.next();
      if (page.done === true) return { entries: [], cursor: undefined };
      const { segment, continuationToken } = page.value;
      return {
        entries: segment.blobItems.map(({ name, properties }) => ({
          name,
          sizeBytes: properties.contentLength ?? 0,
          createdAt: properties.lastModified.getTime(),
        })),
        cursor: continuationToken === '' ? undefined : continuationToken,
      };
    },
    async delete(name) {
      const { succeeded } = await container
        .getBlobClient(name)
        .deleteIfExists({ deleteSnapshots: 'include' });
      return succeeded;
    },
    faultOf: azureFault,
  };
}

/**
 * Azure Blob Storage: `azure://CONTAINER/PREFIX?account=...&endpoint=...`. The endpoint, default
 * `https://ACCOUNT.blob.core.windows.net`, is for other clouds and for emulators.
 */
export const azureKind: ObjectStoreKind = {
  scheme: 'azure',
  async open(address, { secrets, clock, scratch }) {
    checkSettings(address, ['account', 'endpoint']);
    const account = address.settings.get('account');
    if (account === undefined || !/^[a-z0-9]{3,24}$/.test(account)) {
      throw badAddress('It must name the storage account, as in ?account=NAME.');
    }
    const endpoint = endpointOf(address) ?? `https://${account}.blob.core.windows.net`;
    const { accountKey, sasToken } = secrets;
    if ((accountKey === undefined) === (sasToken === undefined)) {
      throw badAddress('It needs the account key or a shared access signature as a secret.');
    }
    const { AnonymousCredential, ContainerClient, StorageSharedKeyCredential } =
      await import('@azure/storage-blob');
    const url = `${endpoint}/${address.bucket}`;
    const retryOptions = {
      maxTries: 3,
      retryDelayInMs: 200,
      maxRetryDelayInMs: 2000,
      tryTimeoutInMs: 120_000,
    };
    const container =
      accountKey === undefined
        ? new ContainerClient(`${url}?${sasToken?.replace(/^\?/, '')}`, new AnonymousCredential(), {
            retryOptions,
          })
        : new ContainerClient(url, new StorageSharedKeyCredential(account, accountKey), { retryOptions });
    return createCloudStore(createAzureBucket(container), { prefix: address.prefix, clock, scratch });
  },
};
