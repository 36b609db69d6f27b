import { invalidInput, type CustosError } from '../../base/errors.ts';

/** Where a store of objects is, read from text such as `s3://backups/custos?region=eu-west-1`. */
export interface StoreAddress {
  readonly scheme: string;
  /** Bucket or container. */
  readonly bucket: string;
  /** What every key is put behind, with its last slash; empty when nothing. */
  readonly prefix: string;
  readonly settings: ReadonlyMap<string, string>;
}

export function badAddress(message: string): CustosError {
  return invalidInput([{ field: 'url', message }]);
}

/** Names that S3, Azure and Google all allow: small letters, digits, and `.`, `_`, `-` in between. */
const bucketPattern = /^[a-z0-9][a-z0-9._-]{1,220}[a-z0-9]$/;

/**
 * Parses `SCHEME://BUCKET/PREFIX?NAME=VALUE`. Raises `invalid_input` for anything else, and for user
 * information: credentials belong into the secrets, not into an address that gets printed.
 */
export function parseAddress(text: string): StoreAddress {
  let url: URL;
  try {
    url = new URL(text);
  } catch {
    throw badAddress('It must be a directory, or a URL such as s3://bucket/prefix?region=eu-west-1.');
  }
  if (url.username !== '' || url.password !== '') {
    throw badAddress('It must not have credentials; they are given as secrets beside it.');
  }
  const bucket = url.host;
  if (!bucketPattern.test(bucket)) {
    throw badAddress('It must have the name of a bucket or container after the two slashes.');
  }
  if (url.hash !== '') throw badAddress('It must not have a part after a "#".');
  const path = url.pathname.replace(/^\/+/, '').replace(/\/+$/, '');
  if (!/^[A-Za-z0-9._=@+/-]*$/.test(path) || path.length > 500 || path.includes('//')) {
    throw badAddress('Its path may have up to 500 letters, digits and ._=@+-/ only.');
  }
  const settings = new Map<string, string>();
  for (const [name, value] of url.searchParams) {
    if (settings.has(name)) throw badAddress(`It must have "${name}" once only.`);
    settings.set(name, value);
  }
  return {
    scheme: url.protocol.slice(0, -1),
    bucket,
    prefix: path === '' ? '' : `${path}/`,
    settings,
  };
}

/** Checks that only these settings are there. */
export function checkSettings(address: StoreAddress, known: readonly string[]): void {
  for (const name of address.settings.keys()) {
    if (known.includes(name)) continue;
    const list = known.length === 0 ? 'none' : known.join(', ');
    throw badAddress(`It has "${name}"; the settings of ${address.scheme}: addresses are ${list}.`);
  }
}

/** The setting `endpoint`, an http or https URL without credentials; `undefined` when absent. */
export function endpointOf(address: StoreAddress): string | undefined {
  const text = address.settings.get('endpoint');
  if (text === undefined) return undefined;
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || !/^https?:$/.test(url.protocol)) {
    throw badAddress('Its endpoint must be an http or https URL.');
  }
  if (url.username !== '' || url.password !== '' || url.search !== '' || url.hash !== '') {
    throw badAddress('Its endpoint must be a URL of a host and perhaps a path, nothing else.');
  }
  return text.replace(/\/+$/, '');
}
