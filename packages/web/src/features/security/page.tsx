import type { SecurityGroupView } from '@custos/contract';
import { IconShieldCheck } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { getRouteApi, useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { Loaded } from '../../data/loaded.tsx';
import { useNow } from '../../ui/clock.ts';
import { count } from '../../ui/format.ts';
import { TextLink } from '../../ui/link.tsx';
import { List, type Column } from '../../ui/list.tsx';
import { Figure, Figures, Page } from '../../ui/page.tsx';
import { RangeChoice } from '../../ui/range-choice.tsx';
import { windowOf, type TimeWindow } from '../../ui/range.ts';
import { Empty, SkeletonRows } from '../../ui/states.tsx';
import { Ago } from '../../ui/time.tsx';
import { groupsQuery } from './queries.ts';
import classes from './security.module.css';

const route = getRouteApi('/shell/security');

type Row = SecurityGroupView & { readonly id: string };

/** The time of a view as the audit page takes it: a range keeps its name, so the link stays current. */
const timeOf = ({ name, from, to }: TimeWindow) => (name === null ? { from, to } : { range: name });

/** The intake tells of others: there the source of the group is who acted. */
const isOfIntake = (type: string): boolean => type.startsWith('intake.');

function groupSearch({ source, kinds }: SecurityGroupView) {
  return kinds.every(({ type }) => isOfIntake(type)) ? { actor: source } : { source };
}

const kindsAtOnce = 5;

function Kinds({ group, span }: { group: SecurityGroupView; span: TimeWindow }) {
  const [all, setAll] = useState(false);
  const rest = all ? 0 : Math.max(0, group.kinds.length - kindsAtOnce);
  return (
    <ul className={classes['kinds']}>
      {group.kinds.slice(0, group.kinds.length - rest).map((kind) => (
        <li key={`${kind.type} ${kind.outcome}`}>
          <TextLink
            to="/audit"
            search={{
              ...(isOfIntake(kind.type) ? { actor: group.source } : { source: group.source }),
              type: kind.type,
              outcome: kind.outcome,
              ...timeOf(span),
            }}
          >
            <span className="mono">{kind.type}</span> {kind.outcome}{' '}
            <strong>{kind.count.toLocaleString('en')}</strong>
          </TextLink>
        </li>
      ))}
      {rest === 0 ? null : (
        <li>
          <button type="button" onClick={() => setAll(true)}>
            {count(rest, 'kind')} more
          </button>
        </li>
      )}
    </ul>
  );
}

function columnsOf(span: TimeWindow): readonly Column<Row>[] {
  return [
    {
      title: 'Source',
      main: true,
      width: '220px',
      render: (group) => <span className={classes['source']}>{group.source}</span>,
    },
    {
      title: 'Occurrences',
      align: 'right',
      width: '160px',
      render: (group) => (
        <span className={classes['amount']}>
          {group.occurrences.toLocaleString('en')}
          <span className="faint"> in {count(group.count, 'event')}</span>
        </span>
      ),
    },
    { title: 'Kinds', render: (group) => <Kinds group={group} span={span} /> },
    {
      title: 'First',
      align: 'right',
      width: '100px',
      wide: true,
      render: (group) => <Ago at={group.first} />,
    },
    { title: 'Last', align: 'right', width: '100px', render: (group) => <Ago at={group.last} /> },
  ];
}

/** Refused input, rate limits, blocked calls, failed sign-ins and denials, by where they came from. */
export function SecurityPage() {
  const search = route.useSearch();
  const navigate = useNavigate();
  const span = windowOf(search, useNow(60_000));
  const query = useQuery(groupsQuery({ from: span.from, to: span.to }));
  return (
    <Page
      title="Security"
      lead="Refused input, rate limits, blocked calls, failed sign-ins and denials, by source."
    >
      <RangeChoice
        window={span}
        onChoose={(name) => void navigate({ to: '/security', search: { range: name } })}
      />
      <Loaded query={query} skeleton={<SkeletonRows rows={6} height={52} />}>
        {({ groups }) =>
          groups.length === 0 ? (
            <Empty title="Nothing was refused" icon={<IconShieldCheck size={22} stroke={1.6} />}>
              No call was blocked, limited or denied in this time, and nobody failed to sign in. Choose a
              longer time to see earlier ones.
            </Empty>
          ) : (
            <>
              <div className={classes['figures']}>
                <Figures>
                  <Figure label="Sources" value={groups.length.toLocaleString('en')} />
                  <Figure
                    label="Events"
                    value={groups.reduce((sum, group) => sum + group.count, 0).toLocaleString('en')}
                  />
                  <Figure
                    label="Occurrences"
                    value={groups.reduce((sum, group) => sum + group.occurrences, 0).toLocaleString('en')}
                    note="a flood is one event with a count"
                  />
                  <Figure label="Last" value={<Ago at={Math.max(...groups.map(({ last }) => last))} />} />
                </Figures>
              </div>
              <List
                label="Security events by source"
                items={groups.map((group) => ({ ...group, id: group.source }))}
                columns={columnsOf(span)}
                onOpen={(group) =>
                  void navigate({ to: '/audit', search: { ...groupSearch(group), ...timeOf(span) } })
                }
              />
            </>
          )
        }
      </Loaded>
    </Page>
  );
}
