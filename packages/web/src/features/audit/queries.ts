import type { AuditEventView } from '@custos/contract';
import type { AuditFilter } from '@custos/client';
import { custos } from '../../data/client.ts';
import { keys } from '../../data/keys.ts';
import { usePages } from '../../data/paged.tsx';

export function useAuditPages(filter: AuditFilter) {
  return usePages<AuditEventView>({
    queryKey: keys.list('audit', filter),
    fetch: (page, signal) => custos.audit.list({ ...filter, ...page }, signal),
  });
}
