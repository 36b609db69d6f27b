import type { ReviewLineView } from '@custos/contract';
import { Box, Button, Group, Modal } from '@mantine/core';
import { useState } from 'react';
import { ReasonField } from '../../ui/form/reason-field.tsx';

/** Says what revoking does, and asks why. */
export function RevokeDialog({
  line,
  onCancel,
  onRevoke,
}: {
  line: ReviewLineView;
  onCancel: () => void;
  onRevoke: (note: string) => void;
}) {
  const [note, setNote] = useState('');
  return (
    <Modal opened onClose={onCancel} title={`Revoke ${line.name}?`} size="sm">
      <p className="quiet">
        {line.kind === 'user'
          ? 'The account is disabled at once: every session and token of this person stops working.'
          : 'The token is revoked at once: every program that uses it is refused.'}{' '}
        In this review it is final.
      </p>
      <Box mt="md">
        <ReasonField description="Is part of the signed review." focused value={note} onChange={setNote} />
      </Box>
      <Group justify="flex-end" mt="lg" gap={8}>
        <Button variant="subtle" color="gray" size="xs" onClick={onCancel}>
          Cancel
        </Button>
        <Button color="dark" size="xs" onClick={() => onRevoke(note.trim())}>
          Revoke
        </Button>
      </Group>
    </Modal>
  );
}
