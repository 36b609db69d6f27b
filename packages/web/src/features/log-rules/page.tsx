import type { LogRuleView } from '@custos/contract';
import { IconListSearch } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { getRouteApi, Outlet, useNavigate, useParams } from '@tanstack/react-router';
import { Loaded } from '../../data/loaded.tsx';
import { useCan } from '../../data/queries.ts';
import { Asked } from '../../rule-parts/asked.tsx';
import { RuleKinds } from '../../rule-parts/rule-kinds.tsx';
import { duration } from '../../ui/format.ts';
import { LinkButton } from '../../ui/link.tsx';
import { List, type Column } from '../../ui/list.tsx';
import { Page } from '../../ui/page.tsx';
import { SeverityBadge } from '../../ui/severity.tsx';
import { Empty, SkeletonRows } from '../../ui/states.tsx';
import { Ago } from '../../ui/time.tsx';
import classes from './log-rules.module.css';
import { NewRulePanel } from './new-rule-panel.tsx';
import { logRulesQuery } from './queries.ts';
import { LogRuleState } from './state.tsx';

const route = getRouteApi('/shell/log-rules');

const columns: Column<LogRuleView>[] = [
  { title: 'State', width: '132px', render: (rule) => <LogRuleState rule={rule} /> },
  { title: 'Rule', main: true, width: '22%', render: ({ name }) => name },
  {
    title: 'Search',
    wide: true,
    render: ({ query, lastError }) => (
      <>
        <Asked text={query === '' ? 'every record' : query} />
        {lastError === null ? null : <span className={classes['fault']}>{lastError}</span>}
      </>
    ),
  },
  {
    title: 'Fires with',
    width: '190px',
    render: ({ threshold, windowMs, by }) => (
      <span className="quiet">
        more than {threshold.toLocaleString('en')} in {duration(windowMs)}
        {by.length === 0 ? '' : `, by ${by.join(', ')}`}
      </span>
    ),
  },
  {
    title: 'Last count',
    before: 'last count',
    width: '92px',
    align: 'right',
    render: ({ lastCount, threshold }) =>
      lastCount === null ? (
        <span className="faint">–</span>
      ) : (
        <span className={classes['count']} data-over={lastCount > threshold || undefined}>
          {lastCount.toLocaleString('en')}
        </span>
      ),
  },
  {
    title: 'Evaluated',
    width: '96px',
    align: 'right',
    wide: true,
    render: ({ lastEvaluatedAt }) => <Ago at={lastEvaluatedAt} empty="not yet" />,
  },
  {
    title: 'Severity',
    width: '100px',
    wide: true,
    render: ({ severity }) => <SeverityBadge severity={severity} />,
  },
];

/** Rules on logs: searches whose matches are counted, and open an alert when there are too many. */
export function LogRulesPage() {
  const query = useQuery(logRulesQuery);
  const search = route.useSearch();
  const navigate = useNavigate();
  const { ruleId } = useParams({ strict: false });
  const mayEdit = useCan('rule.edit');
  const add = mayEdit ? (
    <LinkButton to="/log-rules/$ruleId" params={{ ruleId: 'new' }} variant="filled" resetScroll={false}>
      Add a rule
    </LinkButton>
  ) : undefined;
  return (
    <Page
      title="Rules on logs"
      lead="Searches that are counted on schedule and open an alert when there are too many matches."
      actions={add}
    >
      <RuleKinds />
      <Loaded query={query} skeleton={<SkeletonRows />}>
        {({ rules }) =>
          rules.length === 0 ? (
            <Empty title="No rules on logs" icon={<IconListSearch size={22} stroke={1.6} />} action={add}>
              Such as: more than 10 errors of payments within 5 minutes. Any search of the logs can be made a
              rule.
            </Empty>
          ) : (
            <List
              label="Rules on logs"
              items={rules}
              columns={columns}
              openId={ruleId}
              onOpen={({ id }) =>
                void navigate({ to: '/log-rules/$ruleId', params: { ruleId: id }, resetScroll: false })
              }
            />
          )
        }
      </Loaded>
      {ruleId === undefined && search.query !== undefined ? (
        <NewRulePanel
          query={search.query}
          onClose={() => void navigate({ to: '/log-rules', resetScroll: false })}
        />
      ) : null}
      <Outlet />
    </Page>
  );
}
