import type { FetchResource } from './tiles.ts';

/**
 * Reads what a log serves over HTTP below a prefix, such as `/ledger/example.com/security/`. 404 and 410
 * are "there is none"; any other refusal is thrown, since it says nothing about the log.
 */
export function httpResources(prefix: string, options: RequestInit = {}): FetchResource {
  const base = prefix.endsWith('/') ? prefix : `${prefix}/`;
  return async (path) => {
    const response = await fetch(base + path, options);
    if (response.status === 404 || response.status === 410) return undefined;
    if (!response.ok) throw new Error(`The server answered ${response.status} instead of ${path}.`);
    return new Uint8Array(await response.arrayBuffer());
  };
}
