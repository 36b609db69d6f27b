import { tmpdir } from 'node:os';
import { isAbsolute } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Clock } from '../../base/clock.ts';
import { badAddress, parseAddress } from './address.ts';
import { azureKind } from './azure.ts';
import { openDirectoryStore } from './directory.ts';
import { googleKind } from './google.ts';
import type { ObjectSecrets, ObjectStoreKind } from './kinds.ts';
import { s3Kind } from './s3.ts';
import type { ObjectStore } from './types.ts';

const kinds: ReadonlyMap<string, ObjectStoreKind> = new Map(
  [s3Kind, azureKind, googleKind].map((kind) => [kind.scheme, kind]),
);

export interface OpenObjectsOptions {
  readonly clock: Clock;
  /** Never part of the address, which gets printed. */
  readonly secrets?: ObjectSecrets;
  /** Directory for large content on its way to a service; default: the system's for temporary files. */
  readonly scratch?: string;
}

/**
 * Opens the store of objects at an address: an absolute path or `file:` URL for a directory,
 * `s3://BUCKET/PREFIX?region=...&endpoint=...`, `azure://CONTAINER/PREFIX?account=...` or
 * `gs://BUCKET/PREFIX`. A service is not asked anything yet.
 *
 * Raises `invalid_input` for an address that is none.
 */
export async function openObjects(
  address: string,
  { clock, secrets = {}, scratch = tmpdir() }: OpenObjectsOptions,
): Promise<ObjectStore> {
  if (isAbsolute(address)) return openDirectoryStore(address, clock);
  if (/^file:/i.test(address)) {
    let path: string;
    try {
      path = fileURLToPath(address);
    } catch {
      throw badAddress('It must be a file: URL of a directory on this machine, such as file:///var/backups.');
    }
    return openDirectoryStore(path, clock);
  }
  const parsed = parseAddress(address);
  const kind = kinds.get(parsed.scheme);
  if (kind === undefined) {
    throw badAddress('It must be an absolute path or begin with file:, s3:, azure: or gs:.');
  }
  return kind.open(parsed, { secrets, clock, scratch });
}
