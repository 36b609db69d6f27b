import type { ApprovalKindView, ApprovalMode } from '@custos/contract';
import { Select } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Loaded } from '../../data/loaded.tsx';
import { useCan } from '../../data/queries.ts';
import { duration } from '../../ui/format.ts';
import { List, type Column } from '../../ui/list.tsx';
import { Section } from '../../ui/page.tsx';
import { SkeletonRows } from '../../ui/states.tsx';
import { kindsQuery, useSetMode } from './queries.ts';
import { modeWords } from './words.ts';

const modes = Object.entries(modeWords).map(([value, label]) => ({ value, label }));

/** Which acts need a second person, and when. */
export function Kinds() {
  const query = useQuery(kindsQuery);
  const may = useCan('system.configure');
  const set = useSetMode();
  const columns: Column<ApprovalKindView & { id: string }>[] = [
    { title: 'Act', main: true, render: (kind) => kind.title },
    { title: 'What it is', render: (kind) => <span className="quiet">{kind.description}</span> },
    {
      title: 'Waits',
      width: '80px',
      wide: true,
      render: (kind) => <span className="quiet">{duration(kind.expiresMs)}</span>,
    },
    {
      title: 'Second person',
      width: '240px',
      render: (kind) =>
        may ? (
          <Select
            size="xs"
            aria-label={`Second person for ${kind.title}`}
            allowDeselect={false}
            disabled={set.isPending}
            data={modes}
            value={kind.mode}
            onChange={(mode) => {
              if (mode !== null && mode !== kind.mode)
                set.mutate({ kind: kind.kind, mode: mode as ApprovalMode });
            }}
          />
        ) : (
          modeWords[kind.mode]
        ),
    },
  ];
  return (
    <Section title="What needs a second person" aside="Asking less often needs one, too">
      <Loaded query={query} skeleton={<SkeletonRows rows={6} />}>
        {({ items }) => (
          <List
            label="Acts that need a second person"
            items={items.map((kind) => ({ ...kind, id: kind.kind }))}
            columns={columns}
          />
        )}
      </Loaded>
    </Section>
  );
}
