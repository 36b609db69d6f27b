import type { Clock } from '../../base/clock.ts';
import type { StoreAddress } from './address.ts';
import type { ObjectStore } from './types.ts';

/** Credentials of object stores. Each kind takes its own and leaves the others alone. */
export interface ObjectSecrets {
  /** S3. Without them the SDK looks where it always does: environment, shared files, role. */
  readonly accessKeyId?: string | undefined;
  readonly secretAccessKey?: string | undefined;
  readonly sessionToken?: string | undefined;
  /** Azure: the key of the storage account, or a shared access signature; one of them is needed. */
  readonly accountKey?: string | undefined;
  readonly sasToken?: string | undefined;
  /** Google: the JSON of a service account's key. Without it: application default credentials. */
  readonly serviceAccount?: string | undefined;
}

export interface OpenRequest {
  readonly secrets: ObjectSecrets;
  readonly clock: Clock;
  /** Directory for large content on its way. */
  readonly scratch: string;
}

/** A service that can keep objects; one file for each. Its SDK is loaded by `open`, not before. */
export interface ObjectStoreKind {
  readonly scheme: string;
  open(address: StoreAddress, request: OpenRequest): Promise<ObjectStore>;
}
