import { Modal, TextInput } from '@mantine/core';
import { useState, type FormEvent } from 'react';
import { fieldErrors, formError } from '../../data/problem.ts';
import { deviceName } from '../../ui/device.tsx';
import { SaveBar } from '../../ui/form/save-bar.tsx';
import form from '../../ui/form.module.css';
import { useAddPasskey } from './queries.ts';

/** Makes a passkey on this device, or on one that the browser reaches. */
export function AddPasskey({
  onDone,
  onCancel,
}: {
  onDone: (codes: readonly string[]) => void;
  onCancel: () => void;
}) {
  const [name, setName] = useState(() => deviceName(navigator.userAgent).slice(0, 60));
  const add = useAddPasskey();
  function submit(event: FormEvent): void {
    event.preventDefault();
    add.mutate(name, { onSuccess: ({ recoveryCodes }) => onDone(recoveryCodes) });
  }
  return (
    <Modal opened onClose={onCancel} title="Add a passkey" size="sm">
      <form className={form['form']} onSubmit={submit} noValidate>
        <TextInput
          label="Name"
          description="To tell your passkeys apart, such as the device that keeps it."
          required
          data-autofocus
          value={name}
          error={fieldErrors(add.error)['name']}
          onChange={(event) => setName(event.currentTarget.value)}
        />
        <SaveBar
          problem={formError(add.error, ['name'])}
          saving={add.isPending}
          save="Make the passkey"
          onCancel={onCancel}
        />
      </form>
    </Modal>
  );
}
