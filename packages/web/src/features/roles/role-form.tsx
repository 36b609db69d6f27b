import type { RoleView } from '@custos/contract';
import { Select, TextInput } from '@mantine/core';
import type { FormEvent } from 'react';
import { fieldErrors, formError } from '../../data/problem.ts';
import { SaveBar } from '../../ui/form/save-bar.tsx';
import form from '../../ui/form.module.css';
import { Section } from '../../ui/page.tsx';
import { draftOf, inputOf, nameOf, type RoleDraft } from './draft.ts';
import { useSaveRole } from './queries.ts';
import classes from './roles.module.css';

/** What a role is called; what it holds is chosen in the matrix below. */
export function RoleForm({
  draft,
  isNew,
  roles,
  onChange,
  onDone,
}: {
  draft: RoleDraft;
  isNew: boolean;
  /** To begin with a copy of one. */
  roles: readonly RoleView[];
  onChange: (draft: RoleDraft) => void;
  onDone: (saved: string | null) => void;
}) {
  const save = useSaveRole(isNew);
  const errors = fieldErrors(save.error);
  const amount = inputOf(draft).permissions.length;
  function submit(event: FormEvent): void {
    event.preventDefault();
    save.mutate(inputOf(draft), { onSuccess: (role) => onDone(role.name) });
  }
  return (
    <div className={classes['editor']}>
      <Section
        title={isNew ? 'A new role' : `Change ${draft.title}`}
        aside={`${amount} permissions chosen below`}
      >
        <form className={`${form['form']} ${classes['form']}`} onSubmit={submit} noValidate>
          <div className={form['row']}>
            <TextInput
              label="Title"
              description={
                isNew
                  ? `Its name in files is ${draft.name === '' ? 'made from it' : draft.name}.`
                  : `Its name in files stays ${draft.name}.`
              }
              placeholder="Night shift"
              required
              autoFocus
              value={draft.title}
              error={errors['title'] ?? errors['name']}
              onChange={(event) => {
                const title = event.currentTarget.value;
                onChange({ ...draft, title, ...(isNew ? { name: nameOf(title) } : {}) });
              }}
            />
            <TextInput
              label="Description"
              description="For whom it is."
              value={draft.description}
              error={errors['description']}
              onChange={(event) => onChange({ ...draft, description: event.currentTarget.value })}
            />
          </div>
          {isNew ? (
            <Select
              label="Begin with"
              description="The permissions of another role, as far as you have them."
              placeholder="Nothing"
              data={roles.map(({ name, title }) => ({ value: name, label: title }))}
              value={null}
              onChange={(name) => {
                const role = roles.find((each) => each.name === name);
                if (role !== undefined) onChange({ ...draft, widths: draftOf(role).widths });
              }}
            />
          ) : (
            <p className="quiet">Who has it is signed out and acts by it from the next request on.</p>
          )}
          {errors['permissions'] === undefined ? null : (
            <p className={classes['fault']} role="alert">
              The role {errors['permissions']}.
            </p>
          )}
          <SaveBar
            problem={formError(save.error, ['title', 'name', 'description', 'permissions'])}
            saving={save.isPending}
            save={isNew ? 'Make the role' : 'Save the role'}
            onCancel={() => onDone(null)}
          />
        </form>
      </Section>
    </div>
  );
}
