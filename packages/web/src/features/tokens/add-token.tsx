import { permissions, type Permission } from '@custos/contract';
import { Button, NumberInput, Textarea, TextInput } from '@mantine/core';
import { useState, type FormEvent } from 'react';
import { fieldErrors, formError } from '../../data/problem.ts';
import { useSession } from '../../data/queries.ts';
import { CopyText } from '../../ui/copy-text.tsx';
import { CheckList } from '../../ui/form/check-list.tsx';
import { SaveBar } from '../../ui/form/save-bar.tsx';
import form from '../../ui/form.module.css';
import { Section } from '../../ui/page.tsx';
import { absolute } from '../../ui/time.tsx';
import { useAddToken } from './queries.ts';
import classes from './tokens.module.css';

/** One address or range a line. */
function linesOf(text: string): string[] {
  return text.split(/[\s,]+/).filter((line) => line !== '');
}

/** Makes a token and shows it the one time that it can be seen. */
export function AddToken({ onDone }: { onDone: () => void }) {
  const session = useSession();
  const [draft, setDraft] = useState({ name: '', permissions: [] as Permission[], expiresInDays: 90 });
  const [addresses, setAddresses] = useState('');
  const add = useAddToken();
  const errors = fieldErrors(add.error);
  const addressError = Object.entries(errors).find(([field]) => field.startsWith('addresses'))?.[1];
  const change = (part: Partial<typeof draft>): void => setDraft((now) => ({ ...now, ...part }));
  function submit(event: FormEvent): void {
    event.preventDefault();
    add.mutate({ ...draft, addresses: linesOf(addresses) });
  }

  if (add.data !== undefined) {
    return (
      <div className={classes['made']}>
        <Section title={`${add.data.name} is made`}>
          <p className={classes['once']}>
            Copy it now: it cannot be shown again. It ends {absolute(add.data.expiresAt)}.
          </p>
          <CopyText text={add.data.token} />
          <div className={classes['acts']}>
            <Button size="xs" variant="default" onClick={onDone}>
              I have copied it
            </Button>
          </div>
        </Section>
      </div>
    );
  }
  return (
    <div className={classes['made']}>
      <Section title="Make a token">
        <form className={`${form['form']} ${classes['form']}`} onSubmit={submit} noValidate>
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
          <Textarea
            label="Taken from"
            description="Addresses and ranges, one a line. Empty: from anywhere."
            placeholder={'192.0.2.7\n2001:db8::/32'}
            autosize
            minRows={2}
            value={addresses}
            error={addressError}
            onChange={(event) => setAddresses(event.currentTarget.value)}
          />
          <CheckList
            label="What it may do"
            description="Never more than you may."
            options={(session?.permissions ?? []).map((permission) => [permission, permissions[permission]])}
            value={draft.permissions}
            error={errors['permissions']}
            onChange={(chosen) => change({ permissions: chosen })}
          />
          <SaveBar
            problem={formError(add.error, [...Object.keys(draft), 'addresses'])}
            saving={add.isPending}
            save="Make the token"
            onCancel={onDone}
          />
        </form>
      </Section>
    </div>
  );
}
