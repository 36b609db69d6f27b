import { ActionIcon } from '@mantine/core';
import { useClipboard } from '@mantine/hooks';
import { IconCheck, IconCopy } from '@tabler/icons-react';

/** Text that is there to be copied. */
export function CopyText({ text }: { text: string }) {
  const clipboard = useClipboard({ timeout: 1500 });
  return (
    <span style={{ display: 'inline-flex', alignItems: 'center', gap: 4, minWidth: 0 }}>
      <code className="mono" style={{ overflowWrap: 'anywhere' }}>
        {text}
      </code>
      <ActionIcon
        variant="subtle"
        color="gray"
        size="sm"
        onClick={() => clipboard.copy(text)}
        aria-label={clipboard.copied ? 'Copied' : 'Copy'}
      >
        {clipboard.copied ? <IconCheck size={14} /> : <IconCopy size={14} />}
      </ActionIcon>
    </span>
  );
}
