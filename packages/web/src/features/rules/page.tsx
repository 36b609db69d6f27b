import type { RuleView } from '@custos/contract';
import { Switch } from '@mantine/core';
import { IconAdjustments, IconAlertTriangle } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { Outlet, useNavigate, useParams } from '@tanstack/react-router';
import { Loaded } from '../../data/loaded.tsx';
import { useCan } from '../../data/queries.ts';
import { RuleKinds } from '../../rule-parts/rule-kinds.tsx';
import { LinkButton } from '../../ui/link.tsx';
import { List, type Column } from '../../ui/list.tsx';
import { OriginWord } from '../../ui/origin.tsx';
import { Page } from '../../ui/page.tsx';
import { SeverityBadge } from '../../ui/severity.tsx';
import { Empty, SkeletonRows } from '../../ui/states.tsx';
import { rulesQuery, useEnableRule } from './queries.ts';
import { conditionWords, selectorWords } from './words.ts';

/** Every rule: when an alert opens, for what, and how grave it is. */
export function RulesPage() {
  const query = useQuery(rulesQuery);
  const navigate = useNavigate();
  const { ruleId } = useParams({ strict: false });
  const canEdit = useCan('rule.edit');
  const enable = useEnableRule();
  const add = canEdit ? (
    <LinkButton to="/rules/$ruleId" params={{ ruleId: 'new' }} variant="filled" resetScroll={false}>
      Add a rule
    </LinkButton>
  ) : undefined;

  const columns: Column<RuleView>[] = [
    {
      title: 'On',
      width: '52px',
      render: (rule) => (
        <Switch
          size="xs"
          aria-label={`${rule.name} is on`}
          checked={rule.enabled}
          disabled={!canEdit || rule.origin === 'configuration'}
          onChange={(event) => enable.mutate({ id: rule.id, enabled: event.currentTarget.checked })}
        />
      ),
    },
    { title: 'Rule', main: true, render: (rule) => rule.name },
    { title: 'Fires when', render: (rule) => <span className="quiet">{conditionWords(rule)}</span> },
    { title: 'For', wide: true, render: (rule) => <span className="quiet">{selectorWords(rule)}</span> },
    {
      title: 'Severity',
      width: '140px',
      wide: true,
      render: (rule) =>
        rule.severity === 'from-criticality' ? (
          <span className="quiet">of the service</span>
        ) : (
          <SeverityBadge severity={rule.severity} />
        ),
    },
    { title: 'Open', align: 'right', width: '60px', wide: true, render: (rule) => rule.openAlerts },
    {
      title: 'Evaluation',
      width: '120px',
      render: (rule) =>
        rule.lastError === null ? (
          <span className="quiet">fine</span>
        ) : (
          <span
            title={rule.lastError}
            style={{ display: 'inline-flex', gap: 6, alignItems: 'center', color: 'var(--degraded)' }}
          >
            <IconAlertTriangle size={14} aria-hidden="true" /> fails
          </span>
        ),
    },
    { title: 'Kept in', width: '120px', wide: true, render: (rule) => <OriginWord origin={rule.origin} /> },
  ];
  return (
    <Page title="Rules" lead="When an alert opens." actions={add}>
      <RuleKinds />
      <Loaded query={query} skeleton={<SkeletonRows />}>
        {({ items }) =>
          items.length === 0 ? (
            <Empty title="No rules" icon={<IconAdjustments size={22} stroke={1.6} />} action={add}>
              Without a rule nothing opens an alert and nobody is told.
            </Empty>
          ) : (
            <List
              label="Rules"
              items={items}
              columns={columns}
              openId={ruleId}
              onOpen={(rule) =>
                void navigate({ to: '/rules/$ruleId', params: { ruleId: rule.id }, resetScroll: false })
              }
            />
          )
        }
      </Loaded>
      <Outlet />
    </Page>
  );
}
