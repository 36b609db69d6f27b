import { createHash } from 'node:crypto';
import type { Readable } from 'node:stream';
import type { CloudBucket, CloudObject, CloudUpload } from './cloud-bucket.ts';
import { readMetadata, writeMetadata } from './cloud-bucket.ts';
import { createCloudStore } from './cloud-store.ts';
import { partsOf } from './content.ts';
import type { ObjectStoreKind } from './kinds.ts';
import { openS3Bucket, s3Fault, s3Status, type S3Bucket } from './s3-client.ts';

/** S3 takes 10,000 parts of one upload, each but the last of 5 MiB to 5 GiB. */
const maxParts = 10_000;
const partBytes = 8 << 20;
const partsAtOnce = 4;

const md5 = (bytes: Uint8Array): string => createHash('md5').update(bytes).digest('base64');

const objectOf = (answer: {
  readonly ContentLength?: number | undefined;
  readonly LastModified?: Date | undefined;
  readonly Metadata?: Record<string, string> | undefined;
}): CloudObject => ({
  sizeBytes: answer.ContentLength ?? 0,
  createdAt: answer.LastModified?.getTime() ?? 0,
  metadata: readMetadata(answer.Metadata),
});

/**
 * A bucket of S3 or a service that speaks its protocol. Create-only is `If-None-Match: *`, on the single
 * request as on the one that completes an upload in parts.
 */
function createS3CloudBucket({ sdk, client, bucket, label }: S3Bucket): CloudBucket {
  async function createInParts({ name, content, metadata, signal }: CloudUpload): Promise<void> {
    const at = { Bucket: bucket, Key: name };
    const abortable = signal === undefined ? {} : { abortSignal: signal };
    const begun = await client.send(
      new sdk.CreateMultipartUploadCommand({ ...at, Metadata: writeMetadata(metadata) }),
      abortable,
    );
    const upload = { ...at, UploadId: begun.UploadId };
    try {
      const parts: { PartNumber: number; ETag: string | undefined }[] = [];
      const ranges = partsOf(
        content.sizeBytes,
        Math.max(partBytes, Math.ceil(content.sizeBytes / maxParts)),
      ).map(([start, end], index) => ({ start, end, PartNumber: index + 1 }));
      for (let first = 0; first < ranges.length; first += partsAtOnce) {
        const sent = await Promise.allSettled(
          ranges.slice(first, first + partsAtOnce).map(async ({ start, end, PartNumber }) => {
            const Body = await content.piece(start, end);
            const command = new sdk.UploadPartCommand({ ...upload, PartNumber, Body, ContentMD5: md5(Body) });
            const { ETag } = await client.send(command, abortable);
            return { PartNumber, ETag };
          }),
        );
        for (const result of sent) {
          if (result.status === 'rejected') throw result.reason;
          parts.push(result.value);
        }
      }
      await client.send(
        new sdk.CompleteMultipartUploadCommand({
          ...upload,
          MultipartUpload: { Parts: parts },
          IfNoneMatch: '*',
        }),
        abortable,
      );
    } catch (error) {
      // Parts that stay cost money and nothing else: no listing shows them.
      await client.send(new sdk.AbortMultipartUploadCommand(upload)).catch(() => undefined);
      throw error;
    }
  }

  return {
    label,
    async create(upload) {
      const { name, content, metadata, signal } = upload;
      if (content.sizeBytes > partBytes) return createInParts(upload);
      const Body = await content.piece(0, content.sizeBytes);
      await client.send(
        new sdk.PutObjectCommand({
          Bucket: bucket,
          Key: name,
          Body,
          ContentLength: Body.length,
          ContentMD5: md5(Body),
          ContentType: 'application/octet-stream',
          IfNoneMatch: '*',
          Metadata: writeMetadata(metadata),
        }),
        signal === undefined ? {} : { abortSignal: signal },
      );
    },
    async head(name) {
      try {
        return objectOf(await client.send(new sdk.HeadObjectCommand({ Bucket: bucket, Key: name })));
      } catch (error) {
        if (s3Status(error) === 404) return undefined;
        throw error;
      }
    },
    async open(name) {
      try {
        const answer = await client.send(new sdk.GetObjectCommand({ Bucket: bucket, Key: name }));
        return { object: objectOf(answer), stream: answer.Body as Readable };
      } catch (error) {
        if (s3Status(error) === 404) return undefined;
        throw error;
      }
    },
    async list({ prefix, cursor, limit }) {
      const answer = await client.send(
        new sdk.ListObjectsV2Command({
          Bucket: bucket,
          Prefix: prefix,
          MaxKeys: limit,
          ...(cursor === undefined ? {} : { ContinuationToken: cursor }),
        }),
      );
      return {
        entries: (answer.Contents ?? []).map(({ Key = '', Size = 0, LastModified }) => ({
          name: Key,
          sizeBytes: Size,
          createdAt: LastModified?.getTime() ?? 0,
        })),
        cursor: answer.IsTruncated === true ? answer.NextContinuationToken : undefined,
      };
    },
    async delete(name) {
      // The service answers the same for an object and for none, so it is asked before.
      if ((await this.head(name)) === undefined) return false;
      await client.send(new sdk.DeleteObjectCommand({ Bucket: bucket, Key: name }));
      return true;
    },
    faultOf: s3Fault,
  };
}

/** Amazon S3 and services with its protocol: `s3://BUCKET/PREFIX?region=...&endpoint=...&pathStyle=...`. */
export const s3Kind: ObjectStoreKind = {
  scheme: 's3',
  async open(address, { secrets, clock, scratch }) {
    const bucket = await openS3Bucket(address, secrets);
    return createCloudStore(createS3CloudBucket(bucket), { prefix: bucket.prefix, clock, scratch });
  },
};
