import type { ApiTokenView } from '@custos/contract';
import { Button } from '@mantine/core';
import { IconKey } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { keys } from '../../data/keys.ts';
import { Paged, usePages } from '../../data/paged.tsx';
import { useCan, usersQuery, useSession } from '../../data/queries.ts';
import { ConfirmButton } from '../../ui/confirm.tsx';
import { count } from '../../ui/format.ts';
import { List, type Column } from '../../ui/list.tsx';
import { SubPage } from '../../ui/page.tsx';
import { Empty } from '../../ui/states.tsx';
import { Ago } from '../../ui/time.tsx';
import { AddToken } from './add-token.tsx';
import { fetchTokens, useRevokeToken } from './queries.ts';

/** Tokens for programs: whose they are, what they may do, from where, and when they end. */
export function TokensPage() {
  const me = useSession();
  const everybodys = useCan('token.manage');
  const names = useQuery({
    ...usersQuery,
    enabled: everybodys && me?.permissions.includes('user.read') === true,
  });
  const query = usePages({ queryKey: keys.list('tokens', {}), fetch: fetchTokens });
  const revoke = useRevokeToken();
  const [adding, setAdding] = useState(false);
  const ownerOf = (token: ApiTokenView): string =>
    token.userId === me?.userId
      ? 'you'
      : (names.data?.items.find(({ id }) => id === token.userId)?.name ?? token.userId);

  const columns: Column<ApiTokenView>[] = [
    { title: 'Name', main: true, render: (token) => token.name },
    {
      title: 'Begins with',
      width: '120px',
      wide: true,
      render: (token) => <span className="mono quiet">{token.hint}…</span>,
    },
    ...(everybodys
      ? [{ title: 'Of', render: (token: ApiTokenView) => <span className="quiet">{ownerOf(token)}</span> }]
      : []),
    {
      title: 'May',
      render: (token) => (
        <span className="quiet" title={token.permissions.join(', ')}>
          {count(token.permissions.length, 'permission')}
        </span>
      ),
    },
    {
      title: 'From',
      render: (token) =>
        token.addresses.length === 0 ? (
          <span className="faint">anywhere</span>
        ) : (
          <span className="mono quiet" title={token.addresses.join(', ')}>
            {token.addresses[0]}
            {token.addresses.length > 1 ? ` and ${token.addresses.length - 1} more` : ''}
          </span>
        ),
    },
    { title: 'Last used', width: '100px', render: (token) => <Ago at={token.lastUsedAt} empty="never" /> },
    { title: 'Ends', width: '90px', align: 'right', render: (token) => <Ago at={token.expiresAt} /> },
    {
      title: 'Act',
      width: '80px',
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
  const add = (
    <Button size="xs" onClick={() => setAdding(true)}>
      Make a token
    </Button>
  );
  return (
    <SubPage
      title="API tokens"
      lead={
        everybodys
          ? 'Everybody’s. A token never does more than its owner may at that moment.'
          : 'A token lets a program do what you allow it, and never more than you may yourself.'
      }
      actions={adding ? undefined : add}
    >
      {adding ? <AddToken onDone={() => setAdding(false)} /> : null}
      <Paged
        query={query}
        empty={
          adding ? null : (
            <Empty title="No tokens" icon={<IconKey size={22} stroke={1.6} />} action={add}>
              A token lets a program do what you allow it, for as long as you say.
            </Empty>
          )
        }
      >
        {(items) => <List label="API tokens" items={items} columns={columns} />}
      </Paged>
    </SubPage>
  );
}
