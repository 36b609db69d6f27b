import type { MetricRuleGroupView, MetricRuleView } from '@custos/contract';
import { Asked } from '../../rule-parts/asked.tsx';
import { count, duration } from '../../ui/format.ts';
import { List, type Column } from '../../ui/list.tsx';
import { LinkButton } from '../../ui/link.tsx';
import { OriginWord } from '../../ui/origin.tsx';
import { Section } from '../../ui/page.tsx';
import { Ago } from '../../ui/time.tsx';
import classes from './metric-rules.module.css';
import { MetricRuleState } from './state.tsx';

interface Row {
  readonly id: string;
  readonly index: number;
  readonly rule: MetricRuleView;
}

const columns: Column<Row>[] = [
  { title: 'State', width: '120px', render: ({ rule }) => <MetricRuleState rule={rule} /> },
  {
    title: 'Rule',
    main: true,
    width: '30%',
    render: ({ rule }) => rule.name,
  },
  {
    title: 'Expression',
    wide: true,
    render: ({ rule }) => <Asked text={rule.expression} />,
  },
  {
    title: 'For',
    width: '70px',
    wide: true,
    render: ({ rule }) => <span className="quiet">{rule.forMs === 0 ? '' : duration(rule.forMs)}</span>,
  },
  {
    title: 'Active',
    after: 'active',
    width: '64px',
    align: 'right',
    render: ({ rule }) => (rule.kind === 'record' ? null : rule.instances.length.toLocaleString('en')),
  },
];

function about({ intervalMs, missed, enabled }: MetricRuleGroupView): string {
  const often = `every ${duration(intervalMs)}`;
  const late = missed === 0 ? '' : `, ${count(missed, 'evaluation')} not made in time`;
  return `${enabled ? often : 'switched off'}${enabled ? late : ''}`;
}

/** The rules of one group, in the order in which they are evaluated. */
export function Group({
  group,
  indices,
  openRow,
  mayEdit,
  onOpen,
}: {
  group: MetricRuleGroupView;
  /** Of the rules that are listed. */
  indices: readonly number[];
  openRow: number | null;
  mayEdit: boolean;
  onOpen: (index: number) => void;
}) {
  const rows = indices.flatMap((index) => {
    const rule = group.rules[index];
    return rule === undefined ? [] : [{ id: `${group.id}/${index}`, index, rule }];
  });
  return (
    <Section
      title={group.name}
      aside={
        <span className={classes['about']}>
          <span>
            {about(group)}
            {group.enabled && group.lastEvaluatedAt !== null ? (
              <>
                , last <Ago at={group.lastEvaluatedAt} />
              </>
            ) : null}
          </span>
          {group.file === null ? <OriginWord origin={group.origin} /> : <code>{group.file}</code>}
          <LinkButton
            to="/metric-rules/$groupId"
            params={{ groupId: group.id }}
            search={{ edit: 'yes' }}
            resetScroll={false}
            variant="subtle"
          >
            {mayEdit && group.origin === 'dashboard' ? 'Edit' : 'Source'}
          </LinkButton>
        </span>
      }
    >
      <List
        label={`Rules of ${group.name}`}
        items={rows}
        columns={columns}
        openId={openRow === null ? undefined : `${group.id}/${openRow}`}
        onOpen={({ index }) => onOpen(index)}
      />
    </Section>
  );
}
