import type { MetricRuleGroupView } from '@custos/contract';
import { IconMathFunction } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { getRouteApi, Outlet, useNavigate, useParams } from '@tanstack/react-router';
import { Loaded } from '../../data/loaded.tsx';
import { useCan } from '../../data/queries.ts';
import { RuleKinds } from '../../rule-parts/rule-kinds.tsx';
import { Choices, FilterBar } from '../../ui/filter-bar.tsx';
import { count } from '../../ui/format.ts';
import { LinkButton } from '../../ui/link.tsx';
import { Page } from '../../ui/page.tsx';
import { Empty, SkeletonRows } from '../../ui/states.tsx';
import { Group } from './group.tsx';
import { metricRulesQuery } from './queries.ts';

const route = getRouteApi('/shell/metric-rules');

const shows = [
  ['all', 'All'],
  ['active', 'Active'],
  ['failing', 'Failing'],
] as const;
type Show = (typeof shows)[number][0];

/** Groups with those of their rules that are wanted; a group without one is left out. */
function wanted(groups: readonly MetricRuleGroupView[], { text, show }: { text: string; show: Show }) {
  return groups.flatMap((group) => {
    const indices = group.rules.flatMap((rule, index) => {
      const told = `${group.name} ${rule.name} ${rule.expression}`.toLowerCase();
      if (!told.includes(text.toLowerCase())) return [];
      if (show === 'failing' && rule.health !== 'error') return [];
      if (show === 'active' && rule.state !== 'firing' && rule.state !== 'pending') return [];
      return [index];
    });
    return indices.length === 0 ? [] : [{ group, indices }];
  });
}

/** Rules on metrics, by group: what they say now, and whether they could be evaluated. */
export function MetricRulesPage() {
  const query = useQuery(metricRulesQuery);
  const search = route.useSearch();
  const navigate = useNavigate();
  const { groupId } = useParams({ strict: false });
  const mayEdit = useCan('rule.edit');
  const text = search.search ?? '';
  const show: Show = shows.find(([name]) => name === search.show)?.[0] ?? 'all';
  const change = (next: { search?: string | undefined; show?: string | undefined }): void =>
    void navigate({ to: '/metric-rules', search: { ...search, ...next }, resetScroll: false });
  const add = mayEdit ? (
    <LinkButton to="/metric-rules/$groupId" params={{ groupId: 'new' }} variant="filled" resetScroll={false}>
      Add rules
    </LinkButton>
  ) : undefined;
  return (
    <Page
      title="Rules on metrics"
      lead="Expressions that are evaluated on schedule: they open alerts, or record their result."
      actions={add}
    >
      <RuleKinds />
      <Loaded query={query} skeleton={<SkeletonRows />}>
        {({ groups }) => {
          if (groups.length === 0)
            return (
              <Empty
                title="No rules on metrics"
                icon={<IconMathFunction size={22} stroke={1.6} />}
                action={add}
              >
                Rule files of Prometheus are taken as they are. Each rule is an expression in PromQL that
                opens an alert while it gives something, or keeps what it gives as a new metric.
              </Empty>
            );
          const found = wanted(groups, { text, show });
          return (
            <>
              <FilterBar
                search={text}
                placeholder="Search by name or expression"
                onSearch={(next) => change({ search: next })}
              >
                <Choices<Show>
                  label="Rules"
                  value={show}
                  options={shows}
                  onChange={(next) => change({ show: next === 'all' ? undefined : next })}
                />
              </FilterBar>
              {found.length === 0 ? (
                <Empty title="No rule fits">
                  None of{' '}
                  {count(
                    groups.reduce((sum, { rules }) => sum + rules.length, 0),
                    'rule',
                  )}{' '}
                  is like that.
                </Empty>
              ) : (
                found.map(({ group, indices }) => (
                  <Group
                    key={group.id}
                    group={group}
                    indices={indices}
                    openRow={groupId === group.id && search.rule !== undefined ? search.rule : null}
                    mayEdit={mayEdit}
                    onOpen={(index) =>
                      void navigate({
                        to: '/metric-rules/$groupId',
                        params: { groupId: group.id },
                        search: { ...search, edit: undefined, rule: index },
                        resetScroll: false,
                      })
                    }
                  />
                ))
              )}
            </>
          );
        }}
      </Loaded>
      <Outlet />
    </Page>
  );
}
