import { useQuery } from '@tanstack/react-query';
import { getRouteApi, useNavigate } from '@tanstack/react-router';
import { Loaded } from '../../data/loaded.tsx';
import { Panel } from '../../ui/panel.tsx';
import { Empty, SkeletonRows } from '../../ui/states.tsx';
import { draftOf } from './draft.ts';
import { NewRulePanel } from './new-rule-panel.tsx';
import { logRulesQuery } from './queries.ts';
import { LogRuleForm } from './rule-form.tsx';

const route = getRouteApi('/shell/log-rules/$ruleId');

/** A rule on logs beside the list: read it, change it, or make a new one. */
export function LogRulePanel() {
  const { ruleId } = route.useParams();
  const { query: given } = route.useSearch();
  const navigate = useNavigate();
  const query = useQuery(logRulesQuery);
  const rule = query.data?.rules.find(({ id }) => id === ruleId);
  const close = (): void => void navigate({ to: '/log-rules', resetScroll: false });
  if (ruleId === 'new') return <NewRulePanel query={given ?? ''} onClose={close} />;
  return (
    <Panel title={rule?.name ?? 'Rule on logs'} onClose={close}>
      <Loaded query={query} skeleton={<SkeletonRows />}>
        {() =>
          rule === undefined ? (
            <Empty title="There is no such rule">It may have been deleted.</Empty>
          ) : (
            <LogRuleForm key={rule.id} initial={draftOf(rule)} rule={rule} onDone={close} />
          )
        }
      </Loaded>
    </Panel>
  );
}
