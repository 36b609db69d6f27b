import type { Settings } from './options.ts';

/** What became of one request. */
export type Posted =
  | { readonly kind: 'done'; readonly refused: number }
  /** Trying again makes sense, after `afterMs` if the server said so. */
  | { readonly kind: 'again'; readonly why: string; readonly afterMs: number | null }
  /** Too large: half of it may pass. */
  | { readonly kind: 'too-large' }
  /** The server can read nothing of it and never will. */
  | { readonly kind: 'unreadable'; readonly why: string };

/** Sends lines as newline-delimited JSON. Never rejects. */
export async function postLines(lines: readonly string[], settings: Settings): Promise<Posted> {
  const { url, token, service, timeoutMs } = settings;
  const address = new URL(`${url.replace(/\/+$/, '')}/api/v1/logs`);
  if (service !== '') address.searchParams.set('service', service);
  try {
    const response = await fetch(address, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/x-ndjson' },
      body: lines.join('\n'),
      redirect: 'error',
      signal: AbortSignal.timeout(timeoutMs),
    });
    const text = await response.text();
    if (response.ok) return { kind: 'done', refused: refusedIn(text) };
    if (response.status === 413) return { kind: 'too-large' };
    const why = `${response.status}: ${text.slice(0, 200)}`;
    if (response.status === 400 || response.status === 415 || response.status === 422) {
      return { kind: 'unreadable', why };
    }
    // A wrong token or address is put right some day; until then the bound of the buffer holds.
    const seconds = Number(response.headers.get('retry-after') ?? Number.NaN);
    return { kind: 'again', why, afterMs: Number.isFinite(seconds) ? seconds * 1000 : null };
  } catch (error) {
    return { kind: 'again', why: error instanceof Error ? error.message : String(error), afterMs: null };
  }
}

function refusedIn(text: string): number {
  try {
    const { refused } = JSON.parse(text) as { readonly refused?: unknown };
    return typeof refused === 'number' ? refused : 0;
  } catch {
    return 0;
  }
}
