import { permissions, type Permission } from '@custos/contract';
import { Button, Checkbox, Input, NumberInput, TextInput } from '@mantine/core';
import { useState, type FormEvent } from 'react';
import { fieldErrors, formError } from '../../../data/problem.ts';
import { useSession } from '../../../data/queries.ts';
import { CopyText } from '../../../ui/copy-text.tsx';
import { SaveBar } from '../../../ui/form/save-bar.tsx';
import form from '../../../ui/form.module.css';
import { Section } from '../../../ui/page.tsx';
import { useAddToken } from '../queries.ts';
import classes from '../settings.module.css';

/** Makes a token and shows it the one time that it can be seen. */
export function AddToken({ onDone }: { onDone: () => void }) {
  const session = useSession();
  const [draft, setDraft] = useState({ name: '', permissions: [] as Permission[], expiresInDays: 90 });
  const add = useAddToken();
  const errors = fieldErrors(add.error);
  const change = (part: Partial<typeof draft>): void => setDraft((now) => ({ ...now, ...part }));
  function submit(event: FormEvent): void {
    event.preventDefault();
    add.mutate(draft);
  }

  if (add.data !== undefined) {
    return (
      <Section title={`${add.data.name} is made`}>
        <p style={{ padding: '12px 0 4px' }}>Copy it now: it cannot be shown again.</p>
        <CopyText text={add.data.token} />
        <div style={{ marginTop: 12 }}>
          <Button size="xs" variant="default" onClick={onDone}>
            I have copied it
          </Button>
        </div>
      </Section>
    );
  }
  return (
    <Section title="Make a token">
      <form className={form['form']} style={{ paddingTop: 12 }} onSubmit={submit} noValidate>
        <div className={form['row']}>
          <TextInput
            label="Name"
            description="The program that will use it."
            placeholder="Deploy pipeline"
            required
            value={draft.name}
            error={errors['name']}
            onChange={(event) => change({ name: event.currentTarget.value })}
          />
          <NumberInput
            label="Ends after, days"
            description="A year at most."
            min={1}
            max={365}
            value={draft.expiresInDays}
            error={errors['expiresInDays']}
            onChange={(value) => change({ expiresInDays: Number(value) || 90 })}
          />
        </div>
        <Checkbox.Group
          label="What it may do"
          description="Never more than you may."
          value={draft.permissions}
          error={errors['permissions']}
          onChange={(values) => change({ permissions: values as Permission[] })}
        >
          <div className={classes['permissions']} style={{ paddingTop: 8 }}>
            {(session?.permissions ?? []).map((permission) => (
              <Checkbox key={permission} size="xs" value={permission} label={permissions[permission]} />
            ))}
          </div>
        </Checkbox.Group>
        {errors['permissions'] === undefined ? null : <Input.Error>{errors['permissions']}</Input.Error>}
        <SaveBar
          problem={formError(add.error, Object.keys(draft))}
          saving={add.isPending}
          save="Make the token"
          onCancel={onDone}
        />
      </form>
    </Section>
  );
}
