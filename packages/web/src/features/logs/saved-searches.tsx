import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { explain, fieldErrors, formError } from '../../data/problem.ts';
import { useCan } from '../../data/queries.ts';
import { SavedSearchMenu } from '../../ui/saved-searches.tsx';
import { searchesQuery, useForgetSearch, useKeepSearch } from './queries.ts';
import type { LogsSearch } from './search.ts';

/** Searches that somebody keeps: one's own and those that others share. */
export function SavedSearches({
  search,
  onOpen,
}: {
  search: LogsSearch;
  onOpen: (search: LogsSearch) => void;
}) {
  const [opened, setOpened] = useState(false);
  const { data, error } = useQuery({ ...searchesQuery, enabled: opened });
  const forget = useForgetSearch();
  const keep = useKeepSearch();
  const mayKeep = useCan('dashboard.edit');
  const kept = { query: search.query ?? '', categories: [...(search.category ?? [])] };
  return (
    <SavedSearchMenu
      opened={opened}
      onOpened={setOpened}
      searches={data?.searches}
      problem={error === null ? null : explain(error).detail}
      keeping={
        mayKeep
          ? {
              run: (input, onDone) => keep.mutate({ ...input, ...kept }, { onSuccess: onDone }),
              saving: keep.isPending,
              nameError: fieldErrors(keep.error)['name'],
              problem: formError(keep.error, ['name', 'shared']),
              example: 'Failed payments',
              audience: 'Everybody who may read logs sees it',
              what: 'the text and the categories that are set now. The time range is not part of it.',
            }
          : null
      }
      onOpen={({ query, categories }) =>
        onOpen({
          ...search,
          view: search.view === 'sql' ? undefined : search.view,
          query: query === '' ? undefined : query,
          category: categories.length === 0 ? undefined : categories,
        })
      }
      onForget={(id) => forget.mutate(id)}
    />
  );
}
