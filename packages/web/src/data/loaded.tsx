import type { UseQueryResult } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { Forbidden, Problem, StaleNote } from '../ui/states.tsx';
import { explain, isForbidden } from './problem.ts';

type Loadable<Data> = Pick<
  UseQueryResult<Data>,
  'data' | 'error' | 'isPending' | 'dataUpdatedAt' | 'refetch'
>;

/**
 * What a query has to show: its skeleton, its problem with a way to retry, who to ask when it is forbidden,
 * or its content, with a note when the content is older than it should be.
 */
export function Loaded<Data>({
  query,
  skeleton,
  children,
}: {
  query: Loadable<Data>;
  skeleton: ReactNode;
  children: (data: Data) => ReactNode;
}) {
  const retry = (): void => void query.refetch();
  if (query.data === undefined) {
    if (query.error === null) return <div aria-busy="true">{skeleton}</div>;
    if (isForbidden(query.error)) return <Forbidden detail={explain(query.error).detail} />;
    return <Problem {...explain(query.error)} onRetry={retry} />;
  }
  return (
    <>
      {query.error === null ? null : (
        <StaleNote at={query.dataUpdatedAt} detail={explain(query.error).detail} onRetry={retry} />
      )}
      {children(query.data)}
    </>
  );
}
