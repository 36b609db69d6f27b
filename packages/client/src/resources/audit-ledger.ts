import { auditIndexCheck, done, ledgerStatus } from '@custos/contract';
import { httpResources } from '../ledger/http-resources.ts';
import type { FetchResource } from '../ledger/tiles.ts';
import { addressOf, type ClientOptions, type Request } from '../transport.ts';

/** Comparing every entry of the logs with its row takes minutes when there are many millions. */
const checkTimeoutMs = 15 * 60_000;

/** The ledger behind the audit log, and its index. */
export function ledgerCalls(request: Request, client: ClientOptions) {
  return {
    ledger: {
      status: (signal?: AbortSignal) =>
        request('GET', '/api/v1/audit/ledger', { schema: ledgerStatus, signal }),
      /** Starts to verify everything from the journal up; `status().verification` has the result. */
      verify: () => request('POST', '/api/v1/audit/ledger/verify', { schema: done }),
      /** Reads what a log serves (C2SP tlog-tiles), for `createTileVerifier` of `@custos/client/ledger`. */
      resources: (origin: string): FetchResource => {
        const path = origin.split('/').map(encodeURIComponent).join('/');
        const init: RequestInit = { credentials: 'same-origin' };
        if (client.token !== undefined) init.headers = { authorization: `Bearer ${client.token}` };
        return httpResources(addressOf(client.baseUrl, `/ledger/${path}`), init);
      },
    },
    index: {
      /** Compares the index with the logs: what was accepted must be found. */
      check: (signal?: AbortSignal) =>
        request('POST', '/api/v1/audit/index/check', {
          schema: auditIndexCheck,
          signal,
          timeoutMs: checkTimeoutMs,
        }),
      /** Starts to make the index again; `ledger.status().index.rebuild` tells how far it is. */
      rebuild: () => request('POST', '/api/v1/audit/index/rebuild', { schema: done }),
    },
  };
}
