import {
  done,
  metricRuleGroup,
  metricRuleGroups,
  metricRulesCheck,
  type metricRulesInput,
  type z,
} from '@custos/contract';
import type { Request } from '../transport.ts';

/** Groups of rules on metrics, in the notation of Prometheus's rule files. */
export function metricRuleCalls(request: Request) {
  const path = '/api/v1/metric-rules';
  const one = (id: string): string => `${path}/${encodeURIComponent(id)}`;
  return {
    list: (signal?: AbortSignal) => request('GET', path, { schema: metricRuleGroups, signal }),
    /** Adds every group of a rule file; answers with those groups. */
    create: (body: z.input<typeof metricRulesInput>) =>
      request('POST', path, { schema: metricRuleGroups, body }),
    /** Replaces one group; the file then holds that one only. */
    update: (id: string, body: z.input<typeof metricRulesInput>) =>
      request('PUT', one(id), { schema: metricRuleGroup, body }),
    remove: (id: string) => request('DELETE', one(id), { schema: done }),
    /** What is wrong with a rule file, with the lines. Changes nothing. */
    check: (source: string, signal?: AbortSignal) =>
      request('POST', `${path}/check`, { schema: metricRulesCheck, body: { source }, signal }),
  };
}
