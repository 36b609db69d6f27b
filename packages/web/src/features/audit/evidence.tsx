import { Button, Modal } from '@mantine/core';
import { IconFileZip } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useState, type FormEvent } from 'react';
import { fieldErrors, formError } from '../../data/problem.ts';
import { useCan } from '../../data/queries.ts';
import { count } from '../../ui/format.ts';
import { CheckList } from '../../ui/form/check-list.tsx';
import { ReasonField } from '../../ui/form/reason-field.tsx';
import { SaveBar } from '../../ui/form/save-bar.tsx';
import form from '../../ui/form.module.css';
import { typesQuery, useEvidence } from './queries.ts';

interface Chosen {
  readonly id: string;
  readonly type: string;
}

/** Names of the sealed fields that events of these types may have. */
function useSealable(events: readonly Chosen[]): readonly string[] {
  const types = useQuery(typesQuery).data?.types ?? [];
  const wanted = new Set(events.map(({ type }) => type));
  const fields = types.filter(({ type }) => wanted.has(type)).flatMap((entry) => entry.sensitiveFields);
  return [...new Set(fields)].toSorted();
}

function EvidenceForm({ events, onDone }: { events: readonly Chosen[]; onDone: () => void }) {
  const [reason, setReason] = useState('');
  const [fields, setFields] = useState<string[]>([]);
  const mayDisclose = useCan('pii.read');
  const sealable = useSealable(events);
  const make = useEvidence();
  const errors = fieldErrors(make.error);
  function submit(event: FormEvent): void {
    event.preventDefault();
    make.mutate(
      { eventIds: events.map(({ id }) => id), fields, reason: reason.trim() },
      { onSuccess: onDone },
    );
  }
  return (
    <form className={form['form']} onSubmit={submit} noValidate>
      <p className="quiet">
        A ZIP archive with {count(events.length, 'event')}, the proof of each, the signed checkpoint and a
        page that verifies all of it in a browser without a network. Nobody needs Custos to check it.
      </p>
      <ReasonField
        description="Goes on record with your name before anything is made."
        placeholder="Asked for by the auditor, case 4711"
        required
        focused
        value={reason}
        error={errors['reason']}
        onChange={setReason}
      />
      {mayDisclose && sealable.length > 0 ? (
        <CheckList
          label="Sealed fields to disclose"
          description="What is not chosen stays closed, and the proof holds all the same."
          options={sealable.map((field) => [field, field])}
          value={fields}
          error={errors['fields']}
          onChange={setFields}
        />
      ) : null}
      {mayDisclose ? null : (
        <p className="quiet">Sealed fields stay closed: disclosing them takes the permission pii.read.</p>
      )}
      <SaveBar
        problem={formError(make.error, ['reason', 'fields'])}
        saving={make.isPending}
        save="Download the evidence"
        onCancel={onDone}
      />
    </form>
  );
}

/** Makes evidence of events for others. */
export function EvidenceButton({ events }: { events: readonly Chosen[] }) {
  const [open, setOpen] = useState(false);
  return (
    <>
      <Button
        variant="default"
        size="xs"
        leftSection={<IconFileZip size={14} />}
        onClick={() => setOpen(true)}
      >
        Evidence…
      </Button>
      <Modal
        opened={open}
        onClose={() => setOpen(false)}
        title={`Evidence of ${count(events.length, 'event')}`}
        size="md"
      >
        <EvidenceForm events={events} onDone={() => setOpen(false)} />
      </Modal>
    </>
  );
}
