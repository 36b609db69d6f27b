import type { erasureReport, z } from '@custos/contract';
import { Button, TextInput } from '@mantine/core';
import { useState, type FormEvent } from 'react';
import { fieldErrors, formError } from '../../data/problem.ts';
import { useCan } from '../../data/queries.ts';
import { FormProblem } from '../../ui/form-problem.tsx';
import { count } from '../../ui/format.ts';
import { ReasonField } from '../../ui/form/reason-field.tsx';
import form from '../../ui/form.module.css';
import { Facts, Section } from '../../ui/page.tsx';
import classes from './ledger.module.css';
import { useErase } from './queries.ts';

type Report = z.output<typeof erasureReport>;

const empty = { tenant: '', type: 'user', id: '', reason: '', confirmation: '' };

function Done({ report, onAgain }: { report: Report; onAgain: () => void }) {
  const { keyDestroyed, fields, events, byField, traces } = report;
  return (
    <div className={classes['report']} role="status">
      <strong>
        {fields === 0 && !keyDestroyed
          ? 'The vault had nothing of this subject'
          : `${count(fields, 'field')} of ${count(events, 'event')} erased`}
      </strong>
      <p className="quiet">
        {keyDestroyed ? 'The key is destroyed: what is left anywhere cannot be opened. ' : ''}
        {traces === 'none'
          ? 'No trace of the key is left in the store. '
          : 'The old key may remain, sealed, in parts of the store that are not used any more. '}
        Every proof that was given still verifies.
      </p>
      <Facts
        facts={Object.entries(byField).map(([field, amount]) => [field, count(amount, 'value')] as const)}
      />
      <div className={classes['acts']}>
        <Button variant="default" size="xs" onClick={onAgain}>
          Erase another
        </Button>
      </div>
    </div>
  );
}

/** Destroys what the vault has about somebody, after the id was typed a second time. */
export function Erasure() {
  const may = useCan('data.erase');
  const [draft, setDraft] = useState(empty);
  const [mismatch, setMismatch] = useState(false);
  const erase = useErase();
  if (!may) return null;
  const errors = fieldErrors(erase.error);
  const change = (part: Partial<typeof empty>): void => {
    setDraft((now) => ({ ...now, ...part }));
    setMismatch(false);
  };
  function submit(event: FormEvent): void {
    event.preventDefault();
    if (draft.confirmation !== draft.id) {
      setMismatch(true);
      return;
    }
    const tenant = draft.tenant.trim() === '' ? null : draft.tenant.trim();
    erase.mutate({ subject: { tenant, type: draft.type, id: draft.id }, reason: draft.reason.trim() });
  }
  return (
    <Section title="Erase a person’s data">
      <p className={classes['note']}>
        Destroys the key, the salts and the values of all sealed fields of one subject. The events stay, with
        their pseudonym, and so do their proofs. It is put on record and cannot be undone.
      </p>
      {erase.data === undefined ? (
        <form className={`${form['form']} ${classes['form']}`} onSubmit={submit} noValidate>
          <div className={form['row']}>
            <TextInput
              label="Type"
              description="As in the events: user, customer."
              required
              maxLength={64}
              value={draft.type}
              error={errors['subject.type']}
              onChange={(event) => change({ type: event.currentTarget.value })}
            />
            <TextInput
              label="Tenant"
              description="Empty when there is none."
              maxLength={100}
              value={draft.tenant}
              error={errors['subject.tenant']}
              onChange={(event) => change({ tenant: event.currentTarget.value })}
            />
          </div>
          <TextInput
            label="Id"
            description="The pseudonym that the events carry."
            required
            maxLength={200}
            autoComplete="off"
            value={draft.id}
            error={errors['subject.id']}
            onChange={(event) => change({ id: event.currentTarget.value })}
          />
          <ReasonField
            description="Goes on record with your name."
            placeholder="Request for erasure of 12 November"
            required
            value={draft.reason}
            error={errors['reason']}
            onChange={(reason) => change({ reason })}
          />
          <TextInput
            label="Type the id again to confirm"
            required
            autoComplete="off"
            value={draft.confirmation}
            error={mismatch ? 'It is not the same id as above.' : undefined}
            onChange={(event) => change({ confirmation: event.currentTarget.value })}
          />
          <FormProblem
            problem={formError(erase.error, ['subject.type', 'subject.tenant', 'subject.id', 'reason'])}
          />
          <div>
            <Button
              type="submit"
              size="xs"
              loading={erase.isPending}
              disabled={draft.id === '' || draft.confirmation === ''}
            >
              Erase for good
            </Button>
          </div>
        </form>
      ) : (
        <Done
          report={erase.data}
          onAgain={() => {
            erase.reset();
            setDraft(empty);
          }}
        />
      )}
    </Section>
  );
}
