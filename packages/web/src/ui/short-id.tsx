import { Tooltip, UnstyledButton } from '@mantine/core';
import { useClipboard } from '@mantine/hooks';
import classes from './ui.module.css';

/** An id, shortened to its end; a click copies it whole. */
export function ShortId({ id }: { id: string }) {
  const clipboard = useClipboard({ timeout: 1500 });
  const [prefix, rest] = id.includes('_') ? id.split('_', 2) : ['', id];
  const short = `${prefix === '' ? '' : `${prefix}_`}…${(rest ?? id).slice(-6)}`;
  return (
    <Tooltip label={clipboard.copied ? 'Copied' : `Copy ${id}`}>
      <UnstyledButton className={classes['id']} onClick={() => clipboard.copy(id)}>
        <span className="visually-hidden">Copy id </span>
        {short}
      </UnstyledButton>
    </Tooltip>
  );
}
