/**
 * Objects under a lock that nobody can lift before its time, the owner of the account included.
 *
 * Unlike an `ObjectStore`, what is hidden behind a deletion is still found: the lock keeps versions, and
 * anyone with the credentials may lay a newer version or a marker over them.
 */
export interface LockedObjects {
  /** For people, such as `s3://bucket`. */
  readonly label: string;
  /** Raises `object_lock_missing` unless the bucket has Object Lock. */
  check(): Promise<void>;
  /**
   * Stores content that cannot be removed before `retainUntil` (ms), and asks afterwards whether it is so.
   * Storing the same content again is no error.
   *
   * Raises `object_exists` when something else is there, `object_lock_missing` when it is not locked.
   */
  put(key: string, content: Uint8Array, retainUntil: number): Promise<{ readonly versionId: string }>;
  /** Every version of every object, in the order of keys, hidden ones included; at most `limit`. */
  versions(prefix: string, limit: number): Promise<readonly LockedVersion[]>;
  read(version: LockedVersion, maxBytes: number): Promise<Buffer>;
  close(): void;
}

export interface LockedVersion {
  readonly key: string;
  readonly versionId: string;
}
