import type { Readable } from 'node:stream';
import type { GatheredContent } from './content.ts';

/** What a service keeps beside the content. */
export interface CloudMetadata {
  /** Of the content, in hex. */
  readonly sha256: string;
  /** A random name of the one `put` that made the object, by which it knows its own work again. */
  readonly putId: string;
}

/** An object as the service knows it. Metadata is absent when something else than Custos wrote it. */
export interface CloudObject {
  readonly sizeBytes: number;
  /** By the service's clock, milliseconds since the epoch. */
  readonly createdAt: number;
  readonly metadata: CloudMetadata | undefined;
}

/** What a failure of a service means. */
export interface CloudFault {
  /** `taken`: there is such an object already. `again`: somebody was in the way, try once more. */
  readonly kind: 'taken' | 'again' | 'failed';
  /** In words, without credentials. */
  readonly reason: string;
}

export interface CloudUpload {
  readonly name: string;
  readonly content: GatheredContent;
  readonly metadata: CloudMetadata;
  readonly signal: AbortSignal | undefined;
}

/**
 * What a cloud service must do to be a store of objects. One file for each service; `cloud-store.ts` makes
 * an `ObjectStore` of it.
 */
export interface CloudBucket {
  /** Such as `s3://bucket`, for messages. */
  readonly label: string;
  /** Makes the whole object visible in one step, and only when there is none of this name. */
  create(upload: CloudUpload): Promise<void>;
  head(name: string): Promise<CloudObject | undefined>;
  open(name: string): Promise<{ readonly object: CloudObject; readonly stream: Readable } | undefined>;
  list(request: {
    readonly prefix: string;
    readonly cursor: string | undefined;
    readonly limit: number;
  }): Promise<{
    readonly entries: readonly {
      readonly name: string;
      readonly sizeBytes: number;
      readonly createdAt: number;
    }[];
    readonly cursor: string | undefined;
  }>;
  /** True when there was one. */
  delete(name: string): Promise<boolean>;
  faultOf(error: unknown): CloudFault;
}

/** Names under which the two facts are kept; Azure takes letters and digits only. */
const metadataNames = { sha256: 'custossha256', putId: 'custosput' } as const;

/** As a service's metadata. */
export function writeMetadata({ sha256, putId }: CloudMetadata): Record<string, string> {
  return { [metadataNames.sha256]: sha256, [metadataNames.putId]: putId };
}

/** From a service's metadata, whatever case it gives the names in. */
export function readMetadata(
  metadata: Readonly<Record<string, unknown>> | undefined,
): CloudMetadata | undefined {
  const found = new Map(Object.entries(metadata ?? {}).map(([name, value]) => [name.toLowerCase(), value]));
  const sha256 = found.get(metadataNames.sha256);
  const putId = found.get(metadataNames.putId);
  if (typeof sha256 !== 'string' || !/^[0-9a-f]{64}$/.test(sha256) || typeof putId !== 'string') {
    return undefined;
  }
  return { sha256, putId };
}
