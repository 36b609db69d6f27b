import type { AddressScope } from '@custos/contract';
import { Button, Select, TextInput } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState, type FormEvent } from 'react';
import { fieldErrors, formError } from '../../data/problem.ts';
import { rolesQuery, useCan } from '../../data/queries.ts';
import { Choices } from '../../ui/filter-bar.tsx';
import { SaveBar } from '../../ui/form/save-bar.tsx';
import form from '../../ui/form.module.css';
import { Section } from '../../ui/page.tsx';
import classes from './address-rules.module.css';
import { LockOutDialog } from './lock-out-dialog.tsx';
import { isLockOut, tokensQuery, useAddRule } from './queries.ts';

const scopes = [
  ['installation', 'Everybody'],
  ['role', 'A role'],
  ['token', 'A token'],
] as const satisfies readonly (readonly [AddressScope, string])[];

/** A new rule: from where calls of everybody, of a role or of a token are taken. */
export function AddRule({
  address,
  isFirst,
  onDone,
}: {
  address: string;
  isFirst: (scope: AddressScope, subject: string | null) => boolean;
  onDone: () => void;
}) {
  const [draft, setDraft] = useState({
    scope: 'installation' as AddressScope,
    subject: '',
    range: '',
    note: '',
  });
  const add = useAddRule();
  const roles = useQuery({ ...rolesQuery, enabled: useCan('user.read') }).data?.items ?? [];
  const tokens = useQuery({ ...tokensQuery, enabled: useCan('token.own') }).data?.items ?? [];
  const errors = fieldErrors(add.error);
  const change = (part: Partial<typeof draft>): void => setDraft((now) => ({ ...now, ...part }));
  const subject = draft.scope === 'installation' || draft.subject === '' ? null : draft.subject;
  function send(confirm: boolean): void {
    add.mutate({ ...draft, subject, confirm }, { onSuccess: onDone });
  }
  function submit(event: FormEvent): void {
    event.preventDefault();
    send(false);
  }
  const subjects =
    draft.scope === 'role'
      ? roles.map(({ name, title }) => ({ value: name, label: title }))
      : tokens.map(({ id, name, hint }) => ({ value: id, label: `${name} (${hint}…)` }));
  return (
    <div className={classes['add']}>
      <Section title="Add a rule">
        <form className={`${form['form']} ${classes['form']}`} onSubmit={submit} noValidate>
          <div>
            <p className={classes['label']}>Whose calls</p>
            <Choices
              label="Whose calls"
              value={draft.scope}
              options={scopes}
              onChange={(scope) => change({ scope, subject: '' })}
            />
          </div>
          {draft.scope === 'installation' ? null : (
            <Select
              label={draft.scope === 'role' ? 'Role' : 'Token'}
              required
              searchable
              data={subjects}
              value={draft.subject === '' ? null : draft.subject}
              error={errors['subject']}
              onChange={(value) => change({ subject: value ?? '' })}
            />
          )}
          <TextInput
            label="Address or range"
            description="Calls from here are taken."
            placeholder="192.0.2.0/24"
            required
            spellCheck={false}
            value={draft.range}
            error={errors['range']}
            rightSectionWidth={110}
            rightSection={
              <Button size="compact-xs" variant="subtle" onClick={() => change({ range: address })}>
                my address
              </Button>
            }
            onChange={(event) => change({ range: event.currentTarget.value })}
          />
          <TextInput
            label="Note"
            description="Whose network it is."
            placeholder="Office in Zürich"
            value={draft.note}
            error={errors['note']}
            onChange={(event) => change({ note: event.currentTarget.value })}
          />
          {isFirst(draft.scope, subject) ? (
            <p className={form['hint']} role="note">
              This is the first rule of this list. As long as a list has none, calls are taken from anywhere;
              with one, only from what it names.
            </p>
          ) : null}
          <SaveBar
            problem={isLockOut(add.error) ? null : formError(add.error, Object.keys(draft))}
            saving={add.isPending}
            save="Add the rule"
            onCancel={onDone}
          />
        </form>
        <LockOutDialog
          address={address}
          opened={isLockOut(add.error)}
          busy={add.isPending}
          onCancel={() => add.reset()}
          onConfirm={() => send(true)}
        />
      </Section>
    </div>
  );
}
