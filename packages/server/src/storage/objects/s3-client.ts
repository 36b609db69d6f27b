import type * as S3Module from '@aws-sdk/client-s3';
import { badAddress, checkSettings, endpointOf, type StoreAddress } from './address.ts';
import type { CloudFault } from './cloud-bucket.ts';

/** Credentials of an S3 service. Without them the SDK looks where it always does: environment, files, role. */
export interface S3Secrets {
  readonly accessKeyId?: string | undefined;
  readonly secretAccessKey?: string | undefined;
  readonly sessionToken?: string | undefined;
}

/** The part of the SDK that is loaded when somebody uses S3. */
export type S3Sdk = typeof S3Module;

/** An S3 bucket that can be talked to. */
export interface S3Bucket {
  readonly sdk: S3Sdk;
  readonly client: S3Module.S3Client;
  readonly bucket: string;
  readonly prefix: string;
  readonly label: string;
}

/**
 * Opens `s3://BUCKET/PREFIX?region=...&endpoint=...&pathStyle=...`. `region` defaults to `us-east-1`;
 * `endpoint` is for services that are not Amazon's; `pathStyle` (true, false) puts the bucket into the path
 * instead of the host name, which is the default with an endpoint. Nothing is sent yet.
 */
export async function openS3Bucket(address: StoreAddress, secrets: S3Secrets): Promise<S3Bucket> {
  checkSettings(address, ['region', 'endpoint', 'pathStyle']);
  const endpoint = endpointOf(address);
  const style = address.settings.get('pathStyle') ?? String(endpoint !== undefined);
  if (style !== 'true' && style !== 'false') throw badAddress('Its pathStyle must be true or false.');
  const { accessKeyId, secretAccessKey, sessionToken } = secrets;
  if ((accessKeyId === undefined) !== (secretAccessKey === undefined)) {
    throw badAddress('It needs both an access key id and a secret access key, or neither.');
  }
  const sdk = await import('@aws-sdk/client-s3');
  const client = new sdk.S3Client({
    region: address.settings.get('region') ?? 'us-east-1',
    forcePathStyle: style === 'true',
    ...(endpoint === undefined ? {} : { endpoint }),
    ...(accessKeyId === undefined || secretAccessKey === undefined
      ? {}
      : {
          credentials: {
            accessKeyId,
            secretAccessKey,
            ...(sessionToken === undefined ? {} : { sessionToken }),
          },
        }),
    maxAttempts: 3,
    // Content-MD5, which every service of this kind knows, guards the way there; our SHA-256 the way back.
    requestChecksumCalculation: 'WHEN_REQUIRED',
    responseChecksumValidation: 'WHEN_REQUIRED',
    requestHandler: { connectionTimeout: 5000, socketTimeout: 30_000, requestTimeout: 120_000 },
  });
  return { sdk, client, bucket: address.bucket, prefix: address.prefix, label: `s3://${address.bucket}` };
}

interface S3Failure {
  readonly name?: string;
  readonly message?: string;
  readonly code?: string;
  readonly $metadata?: { readonly httpStatusCode?: number };
}

export function s3Status(error: unknown): number | undefined {
  return (error as S3Failure | undefined)?.$metadata?.httpStatusCode;
}

/** What a failed request of the SDK means. */
export function s3Fault(error: unknown): CloudFault {
  const { name, message, code } = error as S3Failure;
  const status = s3Status(error);
  const words = [code ?? name, status === undefined ? undefined : `status ${status}`, message];
  const reason = words.filter((word) => word !== undefined && word !== '').join(', ');
  if (status === 412) return { kind: 'taken', reason };
  // ConditionalRequestConflict: another write of the key was under way; the whole upload begins anew.
  if (status === 409) return { kind: 'again', reason };
  return { kind: 'failed', reason };
}
