import { logCategories, type LogRecordView } from '@custos/contract';
import { Button } from '@mantine/core';
import { IconRefresh } from '@tabler/icons-react';
import { useIsFetching, useQuery } from '@tanstack/react-query';
import { getRouteApi, Outlet, useNavigate, useParams } from '@tanstack/react-router';
import { useState } from 'react';
import { fieldErrors } from '../../data/problem.ts';
import { Choices, ManyChoices } from '../../ui/filter-bar.tsx';
import { Page } from '../../ui/page.tsx';
import { ranges, type RangeName } from '../../ui/range.ts';
import { TopSlot } from '../../ui/top-slot.tsx';
import { Histogram } from './histogram.tsx';
import classes from './logs.module.css';
import { NoRecords } from './no-records.tsx';
import { histogramQuery, useKeepRecord } from './queries.ts';
import { RecordsView } from './records-view.tsx';
import { SearchBox } from './search-box.tsx';
import { filterOf, timeOf, type LogsSearch } from './search.ts';

const route = getRouteApi('/shell/logs');

const rangeOptions = Object.entries(ranges).map(([name, [title]]) => [name as RangeName, title] as const);
const categoryOptions = logCategories.map(
  (category) => [category, category.charAt(0).toUpperCase() + category.slice(1)] as const,
);

/** What services write: searched, narrowed by a click, and followed as it comes. */
export function LogsPage() {
  const search = route.useSearch();
  const navigate = useNavigate();
  const { recordId } = useParams({ strict: false });
  const keep = useKeepRecord();
  const [asOf, setAsOf] = useState(() => Date.now());
  const filter = filterOf(search, asOf);
  const time = timeOf(search, asOf);
  const { error } = useQuery(histogramQuery(filter, asOf));
  const isFetching = useIsFetching({ queryKey: ['logs', 'list'] }) > 0;

  const change = (next: LogsSearch): void => {
    setAsOf(Date.now());
    void navigate({ to: '/logs', search: next, resetScroll: false });
  };
  const open = (record: LogRecordView): void => {
    keep(record);
    void navigate({
      to: '/logs/$recordId',
      params: { recordId: record.id },
      search,
      resetScroll: false,
    });
  };

  return (
    <Page title="Logs" lead="What services write, as it was sent; secrets are masked at the door.">
      <TopSlot>
        <Choices<RangeName | 'chosen'>
          label="Time range"
          value={time.name ?? 'chosen'}
          options={[...rangeOptions, ...(time.name === null ? [['chosen', 'Chosen'] as const] : [])]}
          onChange={(name) => {
            if (name !== 'chosen') change({ ...search, range: name, from: undefined, to: undefined });
          }}
        />
      </TopSlot>
      <div className={classes['search']}>
        <SearchBox
          query={search.query}
          filter={filter}
          problem={fieldErrors(error)['query']}
          onSearch={(query) => change({ ...search, query })}
        />
        <Button
          variant="default"
          size="sm"
          leftSection={<IconRefresh size={14} />}
          loading={isFetching}
          onClick={() => setAsOf(Date.now())}
        >
          Refresh
        </Button>
      </div>
      <div className={classes['bar']}>
        <ManyChoices
          label="Category"
          all="All"
          values={search.category ?? []}
          options={categoryOptions}
          onChange={(chosen) =>
            change({ ...search, category: chosen.length === 0 ? undefined : [...chosen] })
          }
        />
      </div>
      <Histogram filter={filter} asOf={asOf} onTake={(from, to) => change({ ...search, from, to })} />
      <RecordsView
        filter={filter}
        asOf={asOf}
        openId={recordId}
        empty={<NoRecords search={search} range={time.name} onChange={change} />}
        onOpen={open}
      />
      <Outlet />
    </Page>
  );
}
