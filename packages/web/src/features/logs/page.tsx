import { logCategories, type LogRecordView } from '@custos/contract';
import { Button } from '@mantine/core';
import { IconBellPlus, IconRefresh } from '@tabler/icons-react';
import { useIsFetching, useQuery } from '@tanstack/react-query';
import { getRouteApi, Outlet, useNavigate, useParams } from '@tanstack/react-router';
import { useState, type ReactNode } from 'react';
import { fieldErrors } from '../../data/problem.ts';
import { useCan } from '../../data/queries.ts';
import { Choices, ManyChoices } from '../../ui/filter-bar.tsx';
import { LinkButton } from '../../ui/link.tsx';
import { Page } from '../../ui/page.tsx';
import { RangeChoice } from '../../ui/range-choice.tsx';
import { ExportMenu } from './export-menu.tsx';
import { FaultView } from './fault-view.tsx';
import { Histogram } from './histogram.tsx';
import { LiveView } from './live-view.tsx';
import classes from './logs.module.css';
import { NoRecords } from './no-records.tsx';
import { PatternsView } from './patterns-view.tsx';
import { narrowed } from './query-text.ts';
import { histogramQuery, useKeepRecord } from './queries.ts';
import { RecordsView } from './records-view.tsx';
import { SavedSearches } from './saved-searches.tsx';
import { SearchBox } from './search-box.tsx';
import { filterOf, timeOf, type LogsSearch, type LogView } from './search.ts';
import { SqlView } from './sql-view.tsx';

const route = getRouteApi('/shell/logs');

const categoryOptions = logCategories.map(
  (category) => [category, category.charAt(0).toUpperCase() + category.slice(1)] as const,
);
const viewOptions = [
  ['records', 'Records'],
  ['live', 'Live'],
  ['patterns', 'Patterns'],
  ['sql', 'SQL'],
] as const;

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
  const mayExport = useCan('data.export');
  const mayMakeRules = useCan('rule.edit');
  // SQL can take values apart, so it shows personal data.
  const hasSql = useCan('log.sql');
  const seesPersonalData = useCan('pii.read');
  const maySql = hasSql && seesPersonalData;
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

  const isSql = search.view === 'sql';
  const isTimed = !isSql && search.view !== 'live';
  const fault = fieldErrors(error)['query'];
  const empty = <NoRecords search={search} range={time.name} onChange={change} />;
  const show = (): ReactNode => {
    if (isSql) return <SqlView />;
    if (fault !== undefined) return <FaultView />;
    switch (search.view) {
      case 'live':
        return <LiveView search={search} openId={recordId} onOpen={open} />;
      case 'patterns':
        return (
          <PatternsView
            filter={filter}
            asOf={asOf}
            empty={empty}
            onNarrow={(condition) =>
              change({ ...search, view: undefined, query: narrowed(search.query ?? '', condition) })
            }
          />
        );
      case undefined:
        return <RecordsView filter={filter} asOf={asOf} openId={recordId} empty={empty} onOpen={open} />;
    }
  };

  return (
    <Page
      title="Logs"
      lead="What services write, as it was sent; secrets are masked at the door."
      actions={
        <>
          {mayMakeRules && !isSql && search.query !== undefined ? (
            <LinkButton
              to="/log-rules/$ruleId"
              params={{ ruleId: 'new' }}
              search={{ query: search.query }}
              variant="default"
              leftSection={<IconBellPlus size={14} />}
            >
              Make a rule
            </LinkButton>
          ) : null}
          <SavedSearches search={search} onOpen={change} />
          {mayExport && isTimed ? <ExportMenu filter={filter} /> : null}
        </>
      }
    >
      {isTimed ? (
        <RangeChoice
          window={time}
          minutes
          onChoose={(name) => change({ ...search, range: name, from: undefined, to: undefined })}
        />
      ) : null}
      {isSql ? null : (
        <div className={classes['search']}>
          <SearchBox
            query={search.query}
            filter={filter}
            problem={fault}
            onSearch={(query) => change({ ...search, query })}
          />
          {isTimed ? (
            <Button
              variant="default"
              size="sm"
              leftSection={<IconRefresh size={14} />}
              loading={isFetching}
              onClick={() => setAsOf(Date.now())}
            >
              Refresh
            </Button>
          ) : null}
        </div>
      )}
      <div className={classes['bar']}>
        {isSql ? (
          <span />
        ) : (
          <ManyChoices
            label="Category"
            all="All"
            values={search.category ?? []}
            options={categoryOptions}
            onChange={(chosen) =>
              change({ ...search, category: chosen.length === 0 ? undefined : [...chosen] })
            }
          />
        )}
        <Choices<LogView | 'records'>
          label="View"
          value={search.view ?? 'records'}
          options={viewOptions.filter(([view]) => view !== 'sql' || maySql)}
          onChange={(view) => change({ ...search, view: view === 'records' ? undefined : view })}
        />
      </div>
      {isTimed ? (
        <Histogram filter={filter} asOf={asOf} onTake={(from, to) => change({ ...search, from, to })} />
      ) : null}
      {show()}
      <Outlet />
    </Page>
  );
}
