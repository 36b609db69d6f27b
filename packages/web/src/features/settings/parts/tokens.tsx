import type { ApiTokenView } from '@custos/contract';
import { Button } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { Loaded } from '../../../data/loaded.tsx';
import { ConfirmButton } from '../../../ui/confirm.tsx';
import { count } from '../../../ui/format.ts';
import { List, type Column } from '../../../ui/list.tsx';
import { Empty, SkeletonRows } from '../../../ui/states.tsx';
import { Ago } from '../../../ui/time.tsx';
import { tokensQuery, useRevokeToken } from '../queries.ts';
import { AddToken } from './add-token.tsx';

/** Tokens for programs: what they may do and when they end. */
export function Tokens() {
  const query = useQuery(tokensQuery);
  const revoke = useRevokeToken();
  const [adding, setAdding] = useState(false);
  const columns: Column<ApiTokenView>[] = [
    { title: 'Name', main: true, render: (token) => token.name },
    {
      title: 'Begins with',
      width: '120px',
      render: (token) => <span className="mono quiet">{token.hint}…</span>,
    },
    {
      title: 'May',
      render: (token) => (
        <span className="quiet" title={token.permissions.join(', ')}>
          {count(token.permissions.length, 'thing')}
        </span>
      ),
    },
    { title: 'Last used', width: '110px', render: (token) => <Ago at={token.lastUsedAt} empty="never" /> },
    { title: 'Ends', width: '110px', align: 'right', render: (token) => <Ago at={token.expiresAt} /> },
    {
      title: 'Act',
      width: '90px',
      align: 'right',
      render: (token) => (
        <ConfirmButton
          size="compact-xs"
          label="Revoke"
          title={`Revoke ${token.name}?`}
          confirm="Revoke the token"
          onConfirm={() => revoke.mutate(token.id)}
        >
          Every program that uses it is refused at once. This cannot be undone.
        </ConfirmButton>
      ),
    },
  ];
  return (
    <>
      <Loaded query={query} skeleton={<SkeletonRows rows={3} />}>
        {({ items }) =>
          items.length === 0 ? (
            <Empty title="No tokens">
              A token lets a program do what you allow it, for as long as you say.
            </Empty>
          ) : (
            <List label="API tokens" items={items} columns={columns} />
          )
        }
      </Loaded>
      {adding ? (
        <AddToken onDone={() => setAdding(false)} />
      ) : (
        <Button size="xs" mt="md" onClick={() => setAdding(true)}>
          Make a token
        </Button>
      )}
    </>
  );
}
