import { useQuery } from '@tanstack/react-query';
import { getRouteApi, useNavigate } from '@tanstack/react-router';
import { Loaded } from '../../data/loaded.tsx';
import { Panel } from '../../ui/panel.tsx';
import { Empty, SkeletonRows } from '../../ui/states.tsx';
import { rulesQuery } from './queries.ts';
import { draftOf, emptyRule } from './draft.ts';
import { ProbeRuleForm } from './rule-form.tsx';

const route = getRouteApi('/shell/rules/$ruleId');

/** A rule beside the list: read it, change it, or make a new one. */
export function RulePanel() {
  const { ruleId } = route.useParams();
  const navigate = useNavigate();
  const query = useQuery(rulesQuery);
  const rule = query.data?.items.find((each) => each.id === ruleId);
  const close = (): void => void navigate({ to: '/rules', resetScroll: false });
  const adding = ruleId === 'new';
  return (
    <Panel title={adding ? 'Add a rule' : (rule?.name ?? 'Rule')} onClose={close}>
      {adding ? (
        <ProbeRuleForm key="new" initial={emptyRule} onDone={close} />
      ) : (
        <Loaded query={query} skeleton={<SkeletonRows />}>
          {() =>
            rule === undefined ? (
              <Empty title="There is no such rule">It may have been deleted.</Empty>
            ) : (
              <ProbeRuleForm key={rule.id} initial={draftOf(rule)} rule={rule} onDone={close} />
            )
          }
        </Loaded>
      )}
    </Panel>
  );
}
