import { createHash } from 'node:crypto';
import type { Readable } from 'node:stream';
import { CustosError } from '../../base/errors.ts';
import { badAddress, parseAddress } from './address.ts';
import { objectExists, objectLockMissing, objectTooLarge, storeFailed } from './errors.ts';
import { checkKey } from './keys.ts';
import type { LockedObjects, LockedVersion } from './locked.ts';
import { openS3Bucket, s3Fault, s3Status, type S3Secrets } from './s3-client.ts';

/** A clock of a second more or less, and rounding to whole seconds, is no shorter lock. */
const toleranceMs = 2000;

/**
 * Opens a bucket with S3 Object Lock at `s3://BUCKET/PREFIX?region=...&endpoint=...`. Objects are kept in
 * COMPLIANCE mode, which not even the account's root user can lift. Nothing is asked yet.
 */
export async function openLockedS3(address: string, secrets: S3Secrets): Promise<LockedObjects> {
  const parsed = parseAddress(address);
  if (parsed.scheme !== 's3') throw badAddress('It must begin with s3:, whose buckets can be locked.');
  const { sdk, client, bucket, prefix, label } = await openS3Bucket(parsed, secrets);
  const asked = async <T>(work: () => Promise<T>): Promise<T> => {
    try {
      return await work();
    } catch (error) {
      throw error instanceof CustosError ? error : storeFailed(label, s3Fault(error).reason);
    }
  };

  async function contentOf(key: string, versionId: string | undefined, maxBytes: number): Promise<Buffer> {
    const answer = await client.send(
      new sdk.GetObjectCommand({
        Bucket: bucket,
        Key: `${prefix}${key}`,
        ...(versionId === undefined ? {} : { VersionId: versionId }),
      }),
    );
    const chunks: Buffer[] = [];
    let length = 0;
    for await (const chunk of answer.Body as Readable) {
      length += (chunk as Buffer).length;
      if (length > maxBytes) throw objectTooLarge(key, maxBytes);
      chunks.push(chunk as Buffer);
    }
    return Buffer.concat(chunks);
  }

  return {
    label,
    check: () =>
      asked(async () => {
        try {
          const { ObjectLockConfiguration } = await client.send(
            new sdk.GetObjectLockConfigurationCommand({ Bucket: bucket }),
          );
          if (ObjectLockConfiguration?.ObjectLockEnabled !== 'Enabled') {
            throw objectLockMissing(label, 'Object Lock is not enabled for the bucket');
          }
        } catch (error) {
          if (s3Status(error) !== 404) throw error;
          throw objectLockMissing(label, 'the bucket has no Object Lock, or there is no such bucket');
        }
      }),
    put: (key, content, retainUntil) =>
      asked(async () => {
        checkKey(key);
        const at = { Bucket: bucket, Key: `${prefix}${key}` };
        let versionId: string | undefined;
        try {
          const stored = await client.send(
            new sdk.PutObjectCommand({
              ...at,
              Body: content,
              ContentLength: content.length,
              ContentMD5: createHash('md5').update(content).digest('base64'),
              ContentType: 'text/plain; charset=utf-8',
              IfNoneMatch: '*',
              ObjectLockMode: 'COMPLIANCE',
              ObjectLockRetainUntilDate: new Date(retainUntil),
            }),
          );
          versionId = stored.VersionId;
        } catch (error) {
          if (s3Fault(error).kind !== 'taken') throw error;
          const present = await contentOf(key, undefined, content.length);
          if (!present.equals(content)) throw objectExists(key);
        }
        // A service that does not know the headers stores the object all the same, free to be deleted.
        const kept = await client.send(
          new sdk.HeadObjectCommand({ ...at, ...(versionId === undefined ? {} : { VersionId: versionId }) }),
        );
        if (kept.ObjectLockMode !== 'COMPLIANCE' || kept.VersionId === undefined) {
          throw objectLockMissing(label, `"${key}" was stored and is not locked in COMPLIANCE mode`);
        }
        const until = kept.ObjectLockRetainUntilDate?.getTime() ?? 0;
        // What was stored before has the lock of that time.
        if (versionId !== undefined && until < retainUntil - toleranceMs) {
          throw objectLockMissing(label, `"${key}" is locked for a shorter time than was asked for`);
        }
        return { versionId: kept.VersionId };
      }),
    versions: (wanted, limit) =>
      asked(async () => {
        const answer = await client.send(
          new sdk.ListObjectVersionsCommand({ Bucket: bucket, Prefix: `${prefix}${wanted}`, MaxKeys: limit }),
        );
        return (answer.Versions ?? []).flatMap(({ Key, VersionId }): LockedVersion[] =>
          Key === undefined || VersionId === undefined
            ? []
            : [{ key: Key.slice(prefix.length), versionId: VersionId }],
        );
      }),
    read: ({ key, versionId }, maxBytes) => asked(() => contentOf(key, versionId, maxBytes)),
    close: () => client.destroy(),
  };
}
