import { Button, Group, Modal } from '@mantine/core';

/** Asks once more before a change that keeps the one who makes it out. */
export function LockOutDialog({
  address,
  opened,
  busy,
  onCancel,
  onConfirm,
}: {
  address: string;
  opened: boolean;
  busy: boolean;
  onCancel: () => void;
  onConfirm: () => void;
}) {
  return (
    <Modal opened={opened} onClose={onCancel} title="This keeps you out" size="sm">
      <p className="quiet">
        You call from <code className="mono">{address}</code>, and after this no calls from there are taken:
        this page stops working at once. The way back is another address that is allowed, or on the host{' '}
        <code className="mono">custos address-rules clear</code>, which takes every rule away.
      </p>
      <Group justify="flex-end" mt="lg" gap={8}>
        <Button variant="subtle" color="gray" size="xs" data-autofocus onClick={onCancel}>
          Leave it as it is
        </Button>
        <Button color="dark" size="xs" loading={busy} onClick={onConfirm}>
          Keep me out
        </Button>
      </Group>
    </Modal>
  );
}
