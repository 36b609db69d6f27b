import type { ApprovalView } from '@custos/contract';
import { IconUsers } from '@tabler/icons-react';
import { getRouteApi, Outlet, useNavigate, useParams } from '@tanstack/react-router';
import { keys } from '../../data/keys.ts';
import { Paged, usePages } from '../../data/paged.tsx';
import { useCan } from '../../data/queries.ts';
import { Choices, FilterBar } from '../../ui/filter-bar.tsx';
import { List, type Column } from '../../ui/list.tsx';
import { Page } from '../../ui/page.tsx';
import { Empty } from '../../ui/states.tsx';
import { Ago } from '../../ui/time.tsx';
import { Kinds } from './kinds.tsx';
import { fetchApprovals } from './queries.ts';
import { ApprovalStateMark } from './state.tsx';
import { actWords } from './words.ts';

const route = getRouteApi('/shell/approvals');

const views = [
  ['answer', 'To answer'],
  ['own', 'Asked by me'],
  ['all', 'All'],
] as const;
type View = (typeof views)[number][0];

const shows: Readonly<Record<View, (approval: ApprovalView) => boolean>> = {
  answer: ({ decidable }) => decidable,
  own: ({ own }) => own,
  all: () => true,
};

const nothing: Readonly<Record<View, readonly [string, string]>> = {
  answer: [
    'Nothing waits for you',
    'Acts that need a second person come here as soon as somebody asks for one.',
  ],
  own: [
    'You have asked for nothing',
    'When something that you do needs a second person, you follow it here.',
  ],
  all: ['No requests', 'Acts that need a second person come here as soon as somebody asks for one.'],
};

const columns: Column<ApprovalView>[] = [
  { title: 'What', main: true, render: (approval) => actWords(approval) },
  {
    title: 'Asked by',
    render: (approval) => <span className="quiet">{approval.own ? 'you' : approval.requestedBy.name}</span>,
  },
  { title: 'State', width: '230px', render: (approval) => <ApprovalStateMark state={approval.state} /> },
  { title: 'Asked', width: '100px', render: (approval) => <Ago at={approval.requestedAt} /> },
  {
    title: 'Ends',
    width: '100px',
    align: 'right',
    render: (approval) =>
      approval.state === 'pending' || approval.state === 'approved' ? (
        <Ago at={approval.expiresAt} />
      ) : (
        <span className="faint">–</span>
      ),
  },
];

/** Acts that wait for a second person: to answer, and one's own to follow. */
export function ApprovalsPage() {
  const { show } = route.useSearch();
  const view = views.find(([name]) => name === show)?.[0] ?? 'answer';
  const navigate = useNavigate();
  const { approvalId } = useParams({ strict: false });
  const query = usePages({ queryKey: keys.list('approvals', {}), fetch: fetchApprovals });
  const seesKinds = useCan('system.read');
  const empty = (
    <Empty title={nothing[view][0]} icon={<IconUsers size={22} stroke={1.6} />}>
      {nothing[view][1]}
    </Empty>
  );
  return (
    <Page title="Approvals" lead="Acts that need a second person.">
      <FilterBar>
        <Choices
          label="Which requests"
          value={view}
          options={views}
          onChange={(to) =>
            void navigate({
              to: '/approvals',
              search: { show: to === 'answer' ? undefined : to },
              replace: true,
              resetScroll: false,
            })
          }
        />
      </FilterBar>
      <Paged query={query} empty={empty}>
        {(items) => {
          const shown = items.filter(shows[view]);
          return shown.length === 0 ? (
            empty
          ) : (
            <List
              label="Requests for a second person"
              items={shown}
              columns={columns}
              openId={approvalId}
              onOpen={(approval) =>
                void navigate({
                  to: '/approvals/$approvalId',
                  params: { approvalId: approval.id },
                  search: true,
                  resetScroll: false,
                })
              }
            />
          );
        }}
      </Paged>
      {seesKinds ? <Kinds /> : null}
      <Outlet />
    </Page>
  );
}
