import type { AddressRuleView, AddressScope } from '@custos/contract';
import { Button } from '@mantine/core';
import { IconNetwork } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { Loaded } from '../../data/loaded.tsx';
import { formError } from '../../data/problem.ts';
import { rolesQuery, useCan } from '../../data/queries.ts';
import { ConfirmButton } from '../../ui/confirm.tsx';
import { FormProblem } from '../../ui/form-problem.tsx';
import { List, type Column } from '../../ui/list.tsx';
import { SubPage } from '../../ui/page.tsx';
import { Empty, SkeletonRows } from '../../ui/states.tsx';
import { Ago } from '../../ui/time.tsx';
import { AddRule } from './add-rule.tsx';
import classes from './address-rules.module.css';
import { LockOutDialog } from './lock-out-dialog.tsx';
import { isLockOut, rulesQuery, tokensQuery, useRemoveRule } from './queries.ts';

/** From where calls are taken: of everybody, of a role, of an API token. */
export function AddressRulesPage() {
  const query = useQuery(rulesQuery);
  const may = useCan('system.configure');
  const roles = useQuery({ ...rolesQuery, enabled: useCan('user.read') }).data?.items ?? [];
  const tokens = useQuery({ ...tokensQuery, enabled: useCan('token.own') }).data?.items ?? [];
  const remove = useRemoveRule();
  const [adding, setAdding] = useState(false);

  const whose = ({ scope, subject }: AddressRuleView): string => {
    if (scope === 'installation') return 'Everybody';
    if (scope === 'role') return `Role ${roles.find(({ name }) => name === subject)?.title ?? subject ?? ''}`;
    return `Token ${tokens.find(({ id }) => id === subject)?.name ?? subject ?? ''}`;
  };
  const columns: Column<AddressRuleView>[] = [
    { title: 'Calls of', width: '220px', render: whose },
    {
      title: 'Are taken from',
      main: true,
      render: (rule) => <span className="mono">{rule.range}</span>,
    },
    { title: 'Note', render: (rule) => <span className="quiet">{rule.note}</span> },
    { title: 'Since', width: '100px', render: (rule) => <Ago at={rule.createdAt} /> },
    ...(may
      ? [
          {
            title: 'Act',
            width: '90px',
            align: 'right' as const,
            render: (rule: AddressRuleView) => (
              <ConfirmButton
                size="compact-xs"
                label="Remove"
                title={`Remove ${rule.range}?`}
                confirm="Remove the rule"
                onConfirm={() => remove.mutate({ id: rule.id, confirm: false })}
              >
                Calls from there are no longer taken, unless it is the last rule of its list: then they are
                taken from anywhere.
              </ConfirmButton>
            ),
          },
        ]
      : []),
  ];
  const add = may ? (
    <Button size="xs" onClick={() => setAdding(true)}>
      Add a rule
    </Button>
  ) : undefined;
  return (
    <SubPage
      title="Address rules"
      lead={
        <>
          From where calls are taken.
          {query.data === undefined ? null : (
            <>
              {' '}
              You call from <code className="mono">{query.data.address}</code>.
            </>
          )}
        </>
      }
      actions={adding ? undefined : add}
    >
      <Loaded query={query} skeleton={<SkeletonRows rows={3} />}>
        {({ address, items }) => (
          <>
            {adding ? (
              <AddRule
                address={address}
                isFirst={(scope: AddressScope, subject) =>
                  !items.some((rule) => rule.scope === scope && rule.subject === subject)
                }
                onDone={() => setAdding(false)}
              />
            ) : null}
            {isLockOut(remove.error) ? null : (
              <div className={classes['problem']}>
                <FormProblem problem={formError(remove.error, [])} />
              </div>
            )}
            {items.length > 0 ? (
              <List label="Address rules" items={items} columns={columns} />
            ) : adding ? null : (
              <Empty
                title="Calls are taken from anywhere"
                icon={<IconNetwork size={22} stroke={1.6} />}
                action={add}
              >
                A rule names a network for everybody, for a role or for a token. Whoever calls from elsewhere
                is refused before anything else happens.
              </Empty>
            )}
            <LockOutDialog
              address={address}
              opened={isLockOut(remove.error)}
              busy={remove.isPending}
              onCancel={() => remove.reset()}
              onConfirm={() => {
                const id = remove.variables?.id;
                if (id !== undefined) remove.mutate({ id, confirm: true });
              }}
            />
          </>
        )}
      </Loaded>
    </SubPage>
  );
}
