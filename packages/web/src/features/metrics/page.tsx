import { Button, Checkbox, Select } from '@mantine/core';
import { IconChartLine, IconListSearch, IconPlus } from '@tabler/icons-react';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { getRouteApi, useNavigate } from '@tanstack/react-router';
import { useMemo, useState } from 'react';
import { LinesFigure } from '../../charts/lines/lines-figure.tsx';
import { gridOf } from '../../charts/lines/series-set.ts';
import { expressionFault, metricNamesQuery } from '../../data/metrics.ts';
import { explain, isForbidden } from '../../data/problem.ts';
import { useCan } from '../../data/queries.ts';
import { promqlSource } from '../../data/promql-source.ts';
import { Choices } from '../../ui/filter-bar.tsx';
import { count, duration } from '../../ui/format.ts';
import { LinkButton } from '../../ui/link.tsx';
import { Page } from '../../ui/page.tsx';
import { RangeChoice } from '../../ui/range-choice.tsx';
import { ranges, windowOf } from '../../ui/range.ts';
import { RefreshChoice } from '../../ui/refresh-choice.tsx';
import { refreshOf, useRefreshed } from '../../ui/refresh.ts';
import { Empty, Forbidden, PartialNote, Problem, SkeletonBlock } from '../../ui/states.tsx';
import { unitTitles, type Unit } from '../../ui/units.ts';
import { BoardMenu } from './board-menu.tsx';
import { MetricBrowser } from './browser.tsx';
import classes from './metrics.module.css';
import { QueryRow } from './query-row.tsx';
import { askedOf, isFull, searchOf, type Asked, type MetricsSearch } from './search.ts';
import { keepRecent } from './recent.ts';
import { RecentMenu } from './recent-menu.tsx';
import { TableView } from './table-view.tsx';
import { useLines } from './use-lines.ts';
import { useWidth } from '../../charts/use-width.ts';

const route = getRouteApi('/shell/explore');
const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ';

/** Where the panel beside covers the page. */
const isNarrow = (): boolean => globalThis.matchMedia('(max-width: 700px)').matches;

/** What this page is for, when nothing is asked yet, and what there is to ask about. */
function FirstUse({ onTake, onBrowse }: { onTake: (expression: string) => void; onBrowse: () => void }) {
  const names = useQuery(metricNamesQuery);
  const maySend = useCan('telemetry.manage');
  if (names.data === undefined) {
    if (names.error === null) return <SkeletonBlock height={180} />;
    if (isForbidden(names.error)) return <Forbidden detail={explain(names.error).detail} />;
    return <Problem {...explain(names.error)} onRetry={() => void names.refetch()} />;
  }
  if (names.data.length === 0)
    return (
      <Empty
        title="No metrics yet"
        icon={<IconChartLine size={22} stroke={1.6} />}
        action={maySend ? <LinkButton to="/ingest">How to send metrics</LinkButton> : undefined}
      >
        Custos takes metrics by OpenTelemetry, by Prometheus’s remote write, and by scraping. They can be
        asked about here as soon as the first ones arrive.
      </Empty>
    );
  const known = new Set(names.data);
  const examples = [
    ['process_resident_memory_bytes', 'Memory of every process'],
    ['sum by (job) (rate(process_cpu_seconds_total[5m]))', 'Processors in use, by job'],
    ['up', 'What is scraped, and whether it answers'],
  ].filter(([expression = '']) => [...known].some((name) => expression.includes(name)));
  return (
    <Empty
      title={`${count(names.data.length, 'metric')} to ask about`}
      icon={<IconChartLine size={22} stroke={1.6} />}
      action={
        <Button variant="default" size="xs" leftSection={<IconListSearch size={14} />} onClick={onBrowse}>
          Browse metrics
        </Button>
      }
    >
      Write an expression in PromQL above, or begin with one of these.
      {examples.map(([expression = '', title]) => (
        <button
          key={expression}
          type="button"
          className={classes['example']}
          onClick={() => onTake(expression)}
        >
          <span>{title}</span>
          <code>{expression}</code>
        </button>
      ))}
    </Empty>
  );
}

/** Asks metrics in PromQL: several expressions, over time or as a table. */
export function MetricsPage() {
  const search = route.useSearch();
  const navigate = useNavigate();
  const cache = useQueryClient();
  const [box, width] = useWidth();
  const [source] = useState(() => promqlSource(cache));
  const refresh = refreshOf(search.refresh);
  const { now, again } = useRefreshed(refresh);
  const window = windowOf(search, now, now - ranges['1h'][1]);
  const { from, to } = window;
  const mayMakeRules = useCan('rule.edit');
  const unit: Unit = search.unit ?? 'none';

  const asked = useMemo(() => askedOf(search), [search]);
  const view = search.view ?? 'chart';
  const drawn = useMemo(
    () => asked.map(({ expression, hidden }) => (expression === '' || hidden ? null : expression)),
    [asked],
  );
  const isAsking = drawn.some((expression) => expression !== null);
  const grid = useMemo(() => gridOf({ from, to }, width), [from, to, width]);
  const lines = useLines(drawn, grid);
  const look = useMemo(
    () => ({
      from,
      to,
      height: 340,
      unit,
      stacked: search.stacked === 'yes',
      min: null,
      max: null,
      thresholds: [],
    }),
    [from, to, unit, search.stacked],
  );
  const table = useMemo(
    () =>
      drawn.flatMap((expression, index) =>
        expression === null ? [] : [{ letter: letters[index] ?? '', expression }],
      ),
    [drawn],
  );

  const shown = {
    expressions: drawn.filter((expression) => expression !== null),
    unit,
    stacked: search.stacked === 'yes',
  };

  const show = (change: Partial<MetricsSearch>): void =>
    void navigate({ to: '/explore', search: { ...search, ...change }, resetScroll: false });
  const ask = (next: readonly Asked[], change: Partial<MetricsSearch> = {}): void => {
    const known = new Set(asked.map(({ expression }) => expression));
    for (const { expression } of next) if (!known.has(expression)) keepRecent(expression);
    show({ ...searchOf(next), only: undefined, ...change });
  };
  const zoom = (start: number, end: number): void =>
    show({ from: Math.floor(start / 1000) * 1000, to: Math.ceil(end / 1000) * 1000, range: undefined });
  const take = (expression: string, change: Partial<MetricsSearch> = {}): void => {
    const empty = asked.findIndex((each) => each.expression === '');
    if (empty >= 0)
      ask(
        asked.map((each, index) => (index === empty ? { ...each, expression } : each)),
        change,
      );
    else if (!isFull(asked)) ask([...asked, { expression, hidden: false }], change);
  };

  const faults = lines.errors.map((error) => expressionFault(error));
  const failed = lines.errors.find((error, index) => error !== null && (faults[index] ?? null) === null);
  const points = lines.data.lines.length * (lines.data.lines[0]?.values.length ?? 0);

  return (
    <Page
      title="Metrics"
      lead="Ask in PromQL."
      actions={
        <>
          <RecentMenu onTake={take} />
          {isAsking ? <BoardMenu shown={shown} /> : null}
          <Button
            variant="default"
            size="xs"
            leftSection={<IconListSearch size={14} />}
            aria-expanded={search.browse === 'yes'}
            onClick={() => show({ browse: search.browse === 'yes' ? undefined : 'yes' })}
          >
            Browse metrics
          </Button>
        </>
      }
    >
      <RangeChoice
        window={window}
        minutes
        onChoose={(name) => show({ range: name, from: undefined, to: undefined })}
      />
      <RefreshChoice
        name={refresh}
        parts={['metrics']}
        onChoose={(name) => show({ refresh: name })}
        onAgain={again}
      />
      <ol className={classes['queries']} aria-label="Expressions">
        {asked.map((each, index) => (
          <QueryRow
            // Rows have no name but their place.
            key={`${index}/${asked.length}`}
            index={index}
            asked={each}
            source={source}
            fault={faults[index] ?? null}
            alone={asked.length === 1}
            onChange={(next) => ask(asked.map((one, at) => (at === index ? next : one)))}
            onDuplicate={
              isFull(asked)
                ? null
                : () => ask([...asked.slice(0, index + 1), each, ...asked.slice(index + 1)])
            }
            onRemove={() => ask(asked.filter((_, at) => at !== index))}
            onMakeRule={
              mayMakeRules
                ? () =>
                    void navigate({
                      to: '/metric-rules/$groupId',
                      params: { groupId: 'new' },
                      search: { expression: each.expression },
                    })
                : null
            }
          />
        ))}
      </ol>
      <div className={classes['bar']}>
        {isFull(asked) ? null : (
          <Button
            variant="subtle"
            size="compact-xs"
            leftSection={<IconPlus size={14} />}
            onClick={() => ask([...asked, { expression: '', hidden: false }])}
          >
            Add an expression
          </Button>
        )}
        <span className={classes['space']} />
        {view === 'chart' ? (
          <Checkbox
            size="xs"
            label="Stacked"
            checked={search.stacked === 'yes'}
            onChange={(event) => show({ stacked: event.currentTarget.checked ? 'yes' : undefined })}
          />
        ) : null}
        <Select
          size="xs"
          w={170}
          aria-label="Unit"
          allowDeselect={false}
          data={Object.entries(unitTitles).map(([value, label]) => ({ value, label }))}
          value={unit}
          onChange={(value) => show({ unit: value === 'none' ? undefined : (value as Unit) })}
        />
        <Choices<'chart' | 'table'>
          label="View"
          value={view}
          options={[
            ['chart', 'Chart'],
            ['table', 'Table'],
          ]}
          onChange={(next) => show({ view: next === 'table' ? 'table' : undefined })}
        />
      </div>
      <div ref={box} className={classes['result']} data-old={lines.old || undefined}>
        {failed === undefined || failed === null ? null : isForbidden(failed) ? (
          <Forbidden detail={explain(failed).detail} />
        ) : (
          <Problem {...explain(failed)} onRetry={lines.refetch} />
        )}
        {lines.warnings.map((warning) => (
          <PartialNote key={warning} part="Not all of it:" reason={warning} />
        ))}
        {!isAsking ? (
          <FirstUse onTake={take} onBrowse={() => show({ browse: 'yes' })} />
        ) : view === 'table' ? (
          <TableView expressions={table} at={grid.to} unit={unit} />
        ) : lines.data.lines.length === 0 && lines.fetching ? (
          <SkeletonBlock height={look.height} />
        ) : lines.sets.some((set) => set !== undefined) ? (
          <>
            <LinesFigure
              title="Expressions over time"
              data={lines.data}
              look={look}
              legend="table"
              only={search.only ?? null}
              onOnly={(key) => show({ only: key ?? undefined })}
              onZoom={zoom}
              onReset={() => show({ from: undefined, to: undefined })}
            />
            <p className={classes['about']} role="status">
              {count(lines.data.lines.length, 'series', 'series')}, {count(points, 'value')}, one every{' '}
              {duration(grid.stepMs)}. Drag to zoom, double-click to widen.
            </p>
          </>
        ) : null}
      </div>
      {search.browse === 'yes' ? (
        <MetricBrowser
          onTake={(expression) => take(expression, isNarrow() ? { browse: undefined } : {})}
          onClose={() => show({ browse: undefined })}
        />
      ) : null}
    </Page>
  );
}
