import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { explain, fieldErrors, formError } from '../../data/problem.ts';
import { SavedSearchMenu } from '../../ui/saved-searches.tsx';
import { conditionsOf, searchOf } from './filter.ts';
import { searchesQuery, useForgetSearch, useKeepSearch } from './queries.ts';
import type { AuditSearch } from './search.ts';

/** Searches that somebody keeps: one's own and those that others share. */
export function SavedSearches({
  search,
  onOpen,
}: {
  search: AuditSearch;
  onOpen: (search: AuditSearch) => void;
}) {
  const [opened, setOpened] = useState(false);
  const { data, error } = useQuery({ ...searchesQuery, enabled: opened });
  const forget = useForgetSearch();
  const keep = useKeepSearch();
  const fixedTime = search.from !== undefined || search.to !== undefined;
  const filter = {
    ...conditionsOf(search),
    ...(search.from === undefined ? {} : { from: search.from }),
    ...(search.to === undefined ? {} : { to: search.to }),
  };
  return (
    <SavedSearchMenu
      opened={opened}
      onOpened={setOpened}
      searches={data?.searches}
      problem={error === null ? null : explain(error).detail}
      keeping={{
        run: (input, onDone) => keep.mutate({ ...input, filter }, { onSuccess: onDone }),
        saving: keep.isPending,
        nameError: fieldErrors(keep.error)['name'],
        problem: formError(keep.error, ['name', 'shared']),
        example: 'Refused sign-ins of the shop',
        audience: 'Everybody who may read the audit log sees it',
        what: `the text and the filters that are set now${
          fixedTime ? ', and the time that was chosen.' : '. The time range is not part of it.'
        }`,
      }}
      onOpen={({ filter: kept }) => onOpen(searchOf(kept))}
      onForget={(id) => forget.mutate(id)}
    />
  );
}
