import { Button, Checkbox, Modal } from '@mantine/core';
import { useClipboard } from '@mantine/hooks';
import { IconCopy, IconDownload } from '@tabler/icons-react';
import { useState } from 'react';
import { saveFile } from '../../data/files.ts';
import classes from './profile.module.css';

/** Hands the codes to the browser as a file. */
function save(codes: readonly string[]): void {
  const text = `Recovery codes for Custos at ${window.location.host}. Each works once.\n\n${codes.join('\n')}\n`;
  saveFile(new Blob([text], { type: 'text/plain' }), 'custos-recovery-codes.txt');
}

/** Shows codes the one time that they can be seen; closes when the person says that they have them. */
export function RecoveryCodes({ codes, onKept }: { codes: readonly string[]; onKept: () => void }) {
  const clipboard = useClipboard({ timeout: 1500 });
  const [kept, setKept] = useState(false);
  return (
    <Modal
      opened
      onClose={() => undefined}
      withCloseButton={false}
      closeOnEscape={false}
      closeOnClickOutside={false}
      title="Keep your recovery codes"
      size="md"
    >
      <p className="quiet">
        They let you in when your device is lost, each once. They are shown only now. Keep them where your
        passwords are, not on the same device.
      </p>
      <ol className={classes['codes']} aria-label="Recovery codes">
        {codes.map((code) => (
          <li key={code}>{code}</li>
        ))}
      </ol>
      <div className={classes['pair']}>
        <Button
          size="xs"
          variant="default"
          leftSection={<IconCopy size={14} />}
          onClick={() => clipboard.copy(codes.join('\n'))}
        >
          {clipboard.copied ? 'Copied' : 'Copy all'}
        </Button>
        <Button
          size="xs"
          variant="default"
          leftSection={<IconDownload size={14} />}
          onClick={() => save(codes)}
        >
          Save as a file
        </Button>
      </div>
      <Checkbox
        className={classes['kept'] ?? ''}
        label="I have kept them"
        checked={kept}
        onChange={(event) => setKept(event.currentTarget.checked)}
      />
      <Button disabled={!kept} size="xs" onClick={onKept}>
        Done
      </Button>
    </Modal>
  );
}
