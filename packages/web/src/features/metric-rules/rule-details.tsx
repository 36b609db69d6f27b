import type { MetricRuleView } from '@custos/contract';
import { seriesName } from '../../charts/lines/names.ts';
import { EvaluationFault } from '../../rule-parts/evaluation-fault.tsx';
import { duration } from '../../ui/format.ts';
import { LinkButton } from '../../ui/link.tsx';
import { Facts, Section } from '../../ui/page.tsx';
import { Ago } from '../../ui/time.tsx';
import { inUnit } from '../../ui/units.ts';
import classes from './metric-rules.module.css';
import { RuleChart } from './rule-chart.tsx';
import { MetricRuleState } from './state.tsx';

/** As many are listed; of more than these one reads none. */
const most = 100;

function Pairs({ pairs }: { pairs: Readonly<Record<string, string>> }) {
  const all = Object.entries(pairs);
  if (all.length === 0) return <span className="faint">none</span>;
  return all.map(([name, value]) => (
    <span key={name} className={classes['pair']}>
      <span className="quiet">{name}</span> {value}
    </span>
  ));
}

function Instances({ rule }: { rule: MetricRuleView }) {
  return (
    <Section title={`Active now: ${rule.instances.length.toLocaleString('en')}`}>
      {rule.instances.length === 0 ? (
        <p className={classes['none']}>The expression gives nothing, so nothing is wrong.</p>
      ) : (
        <ul className={classes['instances']}>
          {rule.instances.slice(0, most).map(({ labels, annotations, state, activeAt, value }) => {
            const { alertname: _alertname, ...own } = labels;
            const name = seriesName(own);
            return (
              <li key={name}>
                <p>
                  <strong data-state={state}>{state}</strong> since <Ago at={activeAt} />, value{' '}
                  {inUnit('none', value)}
                </p>
                <p className="mono">{name === '' ? '{}' : name}</p>
                {annotations['summary'] === undefined ? null : (
                  <p className="quiet">{annotations['summary']}</p>
                )}
              </li>
            );
          })}
          {rule.instances.length > most ? (
            <li className="faint">and {rule.instances.length - most} more</li>
          ) : null}
        </ul>
      )}
    </Section>
  );
}

/** One rule: what it asks, how that went in the last hour, and what it says now. */
export function RuleDetails({ rule }: { rule: MetricRuleView }) {
  return (
    <>
      <div className={classes['line']}>
        <MetricRuleState rule={rule} />
        <LinkButton to="/explore" search={{ q: [rule.expression] }} variant="subtle">
          Open in Metrics
        </LinkButton>
      </div>
      <EvaluationFault error={rule.lastError} />
      <pre className={classes['source']}>{rule.expression}</pre>
      <RuleChart expression={rule.expression} />
      {rule.kind === 'alert' ? <Instances rule={rule} /> : null}
      <Section title="Rule">
        <Facts
          facts={[
            ['Kind', rule.kind === 'alert' ? 'opens alerts' : 'records a metric'],
            ...(rule.kind === 'alert'
              ? ([
                  ['Holds for', rule.forMs === 0 ? 'at once' : duration(rule.forMs)],
                  ['Keeps firing', rule.keepFiringForMs === 0 ? 'no longer' : duration(rule.keepFiringForMs)],
                ] as const)
              : []),
            ['Labels', <Pairs key="labels" pairs={rule.labels} />],
            ...(rule.kind === 'alert'
              ? ([['Annotations', <Pairs key="annotations" pairs={rule.annotations} />]] as const)
              : []),
            ['Evaluated', <Ago key="at" at={rule.lastEvaluatedAt} empty="not yet" />],
            ['Took', rule.evaluationMs === null ? '–' : inUnit('milliseconds', rule.evaluationMs)],
          ]}
        />
      </Section>
    </>
  );
}
