import { queryOptions } from '@tanstack/react-query';
import { custos } from '../../data/client.ts';

/** Security events of a time, by source. */
export const groupsQuery = (span: { readonly from: number; readonly to: number }) =>
  queryOptions({
    queryKey: ['security-groups', span],
    queryFn: ({ signal }) => custos.audit.securityGroups(span, signal),
    placeholderData: (before) => before,
  });
