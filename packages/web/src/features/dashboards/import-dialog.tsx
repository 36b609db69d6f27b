import { FileInput, Modal, Textarea } from '@mantine/core';
import { useNavigate } from '@tanstack/react-router';
import { useState, type FormEvent } from 'react';
import { formError } from '../../data/problem.ts';
import { SaveBar } from '../../ui/form/save-bar.tsx';
import classes from '../../ui/form.module.css';
import { readImport } from './draft.ts';
import { useMakeDashboard } from './queries.ts';

function ImportForm({ onDone }: { onDone: () => void }) {
  const [text, setText] = useState('');
  const [fault, setFault] = useState<string | null>(null);
  const make = useMakeDashboard();
  const navigate = useNavigate();
  function submit(event: FormEvent): void {
    event.preventDefault();
    const read = readImport(text);
    if ('fault' in read) {
      setFault(read.fault);
      return;
    }
    make.mutate(read.dashboard, {
      onSuccess: ({ id }) => {
        onDone();
        void navigate({ to: '/dashboards/$dashboardId', params: { dashboardId: id } });
      },
    });
  }
  return (
    <form className={classes['form']} onSubmit={submit} noValidate>
      <FileInput
        label="From a file"
        placeholder="Choose a .json file"
        accept="application/json,.json"
        onChange={(file) => {
          setFault(null);
          void file?.text().then(setText);
        }}
      />
      <Textarea
        label="Or as text"
        description="What “Copy as JSON” of a dashboard gives."
        autosize
        minRows={6}
        maxRows={16}
        styles={{ input: { fontFamily: 'var(--mono)' } }}
        data-autofocus
        value={text}
        error={fault}
        onChange={(event) => {
          setFault(null);
          setText(event.currentTarget.value);
        }}
      />
      <SaveBar problem={formError(make.error, [])} saving={make.isPending} save="Import" onCancel={onDone} />
    </form>
  );
}

/** Makes a dashboard out of one that was copied as JSON. */
export function ImportDialog({ opened, onClose }: { opened: boolean; onClose: () => void }) {
  return (
    <Modal opened={opened} onClose={onClose} title="Import a dashboard" size="lg">
      <ImportForm onDone={onClose} />
    </Modal>
  );
}
