import { Button, Group, Modal } from '@mantine/core';
import { useState, type ReactNode } from 'react';

/** A button for an act that cannot be undone: says what will happen, then asks once. */
export function ConfirmButton({
  label,
  title,
  children,
  confirm,
  onConfirm,
  loading = false,
  size = 'xs',
}: {
  label: string;
  title: string;
  /** What will happen, in numbers. */
  children: ReactNode;
  confirm: string;
  onConfirm: () => void;
  loading?: boolean;
  size?: 'xs' | 'compact-xs';
}) {
  const [open, setOpen] = useState(false);
  return (
    <>
      <Button variant="default" size={size} onClick={() => setOpen(true)} loading={loading}>
        {label}
      </Button>
      <Modal opened={open} onClose={() => setOpen(false)} title={title} size="sm">
        <p className="quiet">{children}</p>
        <Group justify="flex-end" mt="lg" gap={8}>
          <Button variant="subtle" color="gray" size="xs" onClick={() => setOpen(false)}>
            Cancel
          </Button>
          <Button
            color="dark"
            size="xs"
            data-autofocus
            onClick={() => {
              setOpen(false);
              onConfirm();
            }}
          >
            {confirm}
          </Button>
        </Group>
      </Modal>
    </>
  );
}
