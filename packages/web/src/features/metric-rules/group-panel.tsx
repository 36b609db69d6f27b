import { useQuery } from '@tanstack/react-query';
import { getRouteApi, useNavigate } from '@tanstack/react-router';
import { Loaded } from '../../data/loaded.tsx';
import { Panel } from '../../ui/panel.tsx';
import { Empty, SkeletonRows } from '../../ui/states.tsx';
import { GroupForm } from './group-form.tsx';
import { metricRulesQuery } from './queries.ts';
import { RuleDetails } from './rule-details.tsx';

const route = getRouteApi('/shell/metric-rules/$groupId');

/** Beside the list: one rule, or the source of its group. */
export function MetricRulePanel() {
  const { groupId } = route.useParams();
  const search = route.useSearch();
  const navigate = useNavigate();
  const query = useQuery(metricRulesQuery);
  const group = query.data?.groups.find(({ id }) => id === groupId);
  const rule = search.edit === 'yes' ? undefined : group?.rules[search.rule ?? -1];
  const close = (): void =>
    void navigate({
      to: '/metric-rules',
      search: { search: search.search, show: search.show },
      resetScroll: false,
    });
  if (groupId === 'new')
    return (
      <Panel title="Add rules" onClose={close}>
        <GroupForm key={search.expression} expression={search.expression} onDone={close} />
      </Panel>
    );
  return (
    <Panel title={rule?.name ?? group?.name ?? 'Rules'} onClose={close}>
      <Loaded query={query} skeleton={<SkeletonRows />}>
        {() =>
          group === undefined ? (
            <Empty title="There is no such group">It may have been deleted.</Empty>
          ) : rule === undefined ? (
            <GroupForm key={group.id} group={group} onDone={close} />
          ) : (
            <RuleDetails key={`${group.id}/${search.rule ?? -1}`} rule={rule} />
          )
        }
      </Loaded>
    </Panel>
  );
}
