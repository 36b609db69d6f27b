import type { AlertView } from '@custos/contract';
import { useGlow } from '../../../ui/glow.ts';
import { AlertStateWord } from '../../../ui/alert-state.tsx';
import { count } from '../../../ui/format.ts';
import { TextLink } from '../../../ui/link.tsx';
import { Section } from '../../../ui/page.tsx';
import { SeverityBadge } from '../../../ui/severity.tsx';
import { Since } from '../../../ui/time.tsx';
import classes from './overview.module.css';

const mostShown = 8;

function OpenAlert({ alert }: { alert: AlertView }) {
  const glowing = useGlow(alert.id);
  return (
    <li className={classes['alert']} data-glow={glowing || undefined}>
      <SeverityBadge severity={alert.severity} />
      <TextLink to="/alerts/$alertId" params={{ alertId: alert.id }} className={classes['alertName'] ?? ''}>
        {alert.summary}
      </TextLink>
      <span className={classes['alertWhy']}>{alert.description}</span>
      <AlertStateWord state={alert.state} by={alert.acknowledgedBy} />
      <span className={classes['alertAge']}>
        <Since at={alert.startedAt} />
      </span>
    </li>
  );
}

/** What is open now, the gravest first; nothing at all when nothing is. */
export function OpenAlerts({ alerts }: { alerts: readonly AlertView[] }) {
  if (alerts.length === 0) return null;
  const order = ['critical', 'high', 'medium', 'low', 'info'];
  const sorted = [...alerts].sort(
    (one, other) =>
      order.indexOf(one.severity) - order.indexOf(other.severity) || one.startedAt - other.startedAt,
  );
  return (
    <Section title="Open alerts" aside={<TextLink to="/alerts">All alerts</TextLink>}>
      <ul>
        {sorted.slice(0, mostShown).map((alert) => (
          <OpenAlert key={alert.id} alert={alert} />
        ))}
      </ul>
      {sorted.length > mostShown ? (
        <TextLink to="/alerts" className={classes['more'] ?? ''}>
          {count(sorted.length - mostShown, 'more alert')}
        </TextLink>
      ) : null}
    </Section>
  );
}
