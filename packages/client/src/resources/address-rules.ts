import { addressRule, addressRules, done, type addressRuleCreate, type z } from '@custos/contract';
import type { Request } from '../transport.ts';

/** From where calls are taken. */
export function addressRuleCalls(request: Request) {
  const all = '/api/v1/address-rules';
  return {
    /** With the address that the caller has for Custos. */
    list: (signal?: AbortSignal) => request('GET', all, { schema: addressRules, signal }),
    /** Rejects with `lock_out_risk` when it keeps the caller out, unless `confirm` is true. */
    add: (body: z.input<typeof addressRuleCreate>) => request('POST', all, { schema: addressRule, body }),
    remove: (id: string, confirm = false) =>
      request('DELETE', `${all}/${encodeURIComponent(id)}`, {
        schema: done,
        query: { confirm: confirm || undefined },
      }),
  };
}
