import type { AlertView } from '@custos/contract';
import { Button, TextInput } from '@mantine/core';
import { useState } from 'react';
import { useCan } from '../../data/queries.ts';
import { useAcknowledge, useResolve } from './queries.ts';

/** Acknowledge or resolve, with a note for whoever comes next. */
export function AlertActions({ alert }: { alert: AlertView }) {
  const may = useCan('alert.acknowledge');
  const [note, setNote] = useState('');
  const acknowledge = useAcknowledge();
  const resolve = useResolve();
  if (!may) return null;
  const done = { onSuccess: () => setNote('') };
  return (
    <>
      <TextInput
        size="xs"
        style={{ flex: 1 }}
        aria-label="Note"
        placeholder="Note, if any"
        maxLength={1000}
        value={note}
        onChange={(event) => setNote(event.currentTarget.value)}
      />
      {alert.state === 'acknowledged' ? null : (
        <Button
          size="xs"
          loading={acknowledge.isPending}
          onClick={() => acknowledge.mutate({ ids: [alert.id], note }, done)}
        >
          Acknowledge
        </Button>
      )}
      <Button
        size="xs"
        variant="default"
        loading={resolve.isPending}
        onClick={() => resolve.mutate({ id: alert.id, note }, done)}
      >
        Resolve
      </Button>
    </>
  );
}
