import type { AnchorCall } from './types.ts';

/** Calls over HTTP without the rules of the outbound door, to servers of the test on loopback. */
export const plainCall: AnchorCall = async ({ url, method, headers, body, signal }) => {
  const response = await fetch(url, {
    method,
    headers,
    body: Uint8Array.from(body),
    ...(signal === undefined ? {} : { signal }),
  });
  return {
    status: response.status,
    contentType: response.headers.get('content-type') ?? '',
    body: Buffer.from(await response.arrayBuffer()),
  };
};
