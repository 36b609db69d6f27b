import { ActionIcon, Button, TextInput } from '@mantine/core';
import { IconPlus, IconX } from '@tabler/icons-react';
import { useState } from 'react';
import form from '../../../ui/form.module.css';
import classes from '../settings.module.css';

/** The list of private hosts and ranges that may be called: one line each, to add and to remove. */
export function InternalTargets({
  targets,
  error,
  readOnly,
  onChange,
}: {
  targets: readonly string[];
  error: string | undefined;
  readOnly: boolean;
  onChange: (targets: string[]) => void;
}) {
  const [text, setText] = useState('');
  function add(): void {
    const wanted = text.trim();
    if (wanted === '') return;
    if (!targets.includes(wanted)) onChange([...targets, wanted]);
    setText('');
  }
  return (
    <div className={classes['targets']} id="private-addresses">
      <h2>Private addresses</h2>
      <p className="quiet">
        Custos calls only public addresses, so that nobody can use it to look into your network. List here
        what probes and channels may reach all the same: a host such as <code>db.internal</code>, all hosts
        under a name such as <code>*.lan</code>, an address, a range such as <code>10.0.0.0/8</code>, or{' '}
        <code>private</code> for all private space. What the configuration file allows is allowed too.
      </p>
      {targets.length === 0 ? (
        <p className="faint">Nothing private may be reached by what is set here.</p>
      ) : (
        <ul>
          {targets.map((target) => (
            <li key={target}>
              <code>{target}</code>
              {readOnly ? null : (
                <ActionIcon
                  variant="subtle"
                  color="gray"
                  aria-label={`Remove ${target}`}
                  onClick={() => onChange(targets.filter((each) => each !== target))}
                >
                  <IconX size={14} />
                </ActionIcon>
              )}
            </li>
          ))}
        </ul>
      )}
      {readOnly ? null : (
        <div className={form['inline']}>
          <TextInput
            aria-label="Host or range to allow"
            placeholder="10.20.0.0/16"
            value={text}
            error={error}
            onChange={(event) => setText(event.currentTarget.value)}
            onBlur={add}
            onKeyDown={(event) => {
              if (event.key !== 'Enter') return;
              event.preventDefault();
              add();
            }}
          />
          <Button variant="default" leftSection={<IconPlus size={14} />} onClick={add}>
            Add
          </Button>
        </div>
      )}
    </div>
  );
}
