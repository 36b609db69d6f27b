import { useQuery } from '@tanstack/react-query';
import { getRouteApi, useNavigate } from '@tanstack/react-router';
import type { AlertView } from '@custos/contract';
import { Loaded } from '../../data/loaded.tsx';
import { AlertStateWord } from '../../ui/alert-state.tsx';
import { measured } from '../../ui/format.ts';
import { TextLink } from '../../ui/link.tsx';
import { Facts, Section } from '../../ui/page.tsx';
import { Panel } from '../../ui/panel.tsx';
import { SeverityBadge } from '../../ui/severity.tsx';
import { ShortId } from '../../ui/short-id.tsx';
import { SkeletonRows } from '../../ui/states.tsx';
import { Ago, Since } from '../../ui/time.tsx';
import { AlertActions } from './alert-actions.tsx';
import { AlertDeliveries, AlertHistory } from './alert-record.tsx';
import { alertQuery } from './queries.ts';

const route = getRouteApi('/shell/alerts/$alertId');

/** The rule's name, with a way to it: rules on probes, on metrics and on logs have pages of their own. */
function RuleName({ alert }: { readonly alert: AlertView }) {
  if (alert.ruleId.startsWith('mru_')) return <TextLink to="/metric-rules">{alert.ruleName}</TextLink>;
  if (alert.ruleId.startsWith('lru_')) {
    return (
      <TextLink to="/log-rules/$ruleId" params={{ ruleId: alert.ruleId }}>
        {alert.ruleName}
      </TextLink>
    );
  }
  return (
    <TextLink to="/rules/$ruleId" params={{ ruleId: alert.ruleId }}>
      {alert.ruleName}
    </TextLink>
  );
}

function facts(alert: AlertView) {
  return [
    ['Severity', <SeverityBadge key="severity" severity={alert.severity} />],
    ['State', <AlertStateWord key="state" state={alert.state} by={alert.acknowledgedBy} />],
    ['Began', <Ago key="began" at={alert.startedAt} />],
    ...(alert.resolvedAt === null
      ? [['Lasting', <Since key="since" at={alert.startedAt} />] as const]
      : [['Resolved', <Ago key="resolved" at={alert.resolvedAt} />] as const]),
    ...(alert.value === null
      ? []
      : [
          [
            'Value',
            `${measured('', alert.value)}${alert.threshold === null ? '' : `, threshold ${measured('', alert.threshold)}`}`,
          ] as const,
        ]),
    ['Rule', <RuleName key="rule" alert={alert} />],
    ...(alert.probeId === null
      ? []
      : [
          [
            'Probe',
            <TextLink key="probe" to="/probes/$probeId" params={{ probeId: alert.probeId }}>
              {alert.labels['probe'] ?? 'Open the probe'}
            </TextLink>,
          ] as const,
        ]),
    [
      'Labels',
      Object.entries(alert.labels)
        .map(([name, value]) => `${name}=${value}`)
        .join(', ') || 'none',
    ],
    ['Id', <ShortId key="id" id={alert.id} />],
  ] as const;
}

/** One alert: what it is, what has happened to it, and whom it reached. */
export function AlertPanel() {
  const { alertId } = route.useParams();
  const search = route.useSearch();
  const navigate = useNavigate();
  const query = useQuery(alertQuery(alertId));
  const close = (): void => void navigate({ to: '/alerts', search, resetScroll: false });
  return (
    <Panel
      title={query.data?.summary ?? 'Alert'}
      onClose={close}
      actions={
        query.data === undefined || query.data.state === 'resolved' ? undefined : (
          <AlertActions key={alertId} alert={query.data} />
        )
      }
    >
      <Loaded query={query} skeleton={<SkeletonRows rows={8} height={32} />}>
        {(alert) => (
          <>
            {alert.description === '' ? null : <p style={{ marginBottom: 12 }}>{alert.description}</p>}
            <Facts facts={facts(alert)} />
            <Section title="History">
              <AlertHistory events={alert.history} />
            </Section>
            <AlertDeliveries alertId={alert.id} />
          </>
        )}
      </Loaded>
    </Panel>
  );
}
