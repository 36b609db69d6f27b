import type { ProviderFetch } from './types.ts';

/** The part of the door for outgoing requests that this needs. */
export interface Door {
  request(request: {
    readonly url: string;
    readonly method: string;
    readonly headers: Readonly<Record<string, string>>;
    readonly body?: string;
    readonly maxResponseBytes: number;
    readonly onTooLarge: 'error';
    readonly signal?: AbortSignal;
    readonly purpose: string;
  }): Promise<{
    readonly status: number;
    readonly headers: Readonly<Record<string, string>>;
    readonly body: Buffer;
  }>;
}

/** Discovery documents and key sets are a few kilobytes. */
const maxResponseBytes = 256 * 1024;
const bodiless = new Set([204, 205, 304]);

/** Sends a provider's requests through the door for outgoing requests, whose rules then hold. */
export function fetchThrough(door: Door): ProviderFetch {
  return async (url, { method, headers, body, signal }) => {
    const answer = await door.request({
      url,
      method,
      headers,
      ...(body === undefined ? {} : { body }),
      maxResponseBytes,
      onTooLarge: 'error',
      ...(signal === undefined ? {} : { signal }),
      purpose: 'identity provider',
    });
    return new Response(bodiless.has(answer.status) ? null : new Uint8Array(answer.body), {
      status: answer.status,
      headers: answer.headers,
    });
  };
}
