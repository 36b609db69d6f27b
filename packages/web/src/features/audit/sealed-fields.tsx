import type { AuditEventDetail } from '@custos/contract';
import { Button, TextInput } from '@mantine/core';
import { IconLock, IconLockOpen } from '@tabler/icons-react';
import { useState, type FormEvent } from 'react';
import { explain, fieldErrors } from '../../data/problem.ts';
import { useCan } from '../../data/queries.ts';
import { count } from '../../ui/format.ts';
import { Section } from '../../ui/page.tsx';
import { useReveal } from './queries.ts';
import classes from './event.module.css';

function text(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}

/** One sealed field: closed, asking why it has to be seen, or open. */
function SealedField({ id, field, may }: { id: string; field: string; may: boolean }) {
  const [asking, setAsking] = useState(false);
  const [reason, setReason] = useState('');
  const reveal = useReveal();
  const fault = fieldErrors(reveal.error)['reason'];
  function submit(event: FormEvent): void {
    event.preventDefault();
    reveal.mutate({ id, field, reason: reason.trim() }, { onSuccess: () => setAsking(false) });
  }
  return (
    <li className={classes['sealed']}>
      <div>
        {reveal.data === undefined ? (
          <IconLock size={14} stroke={1.6} aria-hidden="true" />
        ) : (
          <IconLockOpen size={14} stroke={1.6} aria-hidden="true" />
        )}
        <span className="mono">{field}</span>
        {reveal.data === undefined ? (
          may && !asking ? (
            <Button variant="default" size="compact-xs" onClick={() => setAsking(true)}>
              Reveal<span className="visually-hidden"> {field}</span>
            </Button>
          ) : null
        ) : (
          <Button variant="subtle" color="gray" size="compact-xs" onClick={() => reveal.reset()}>
            Hide<span className="visually-hidden"> {field}</span>
          </Button>
        )}
      </div>
      {reveal.data === undefined ? null : <p className={classes['revealed']}>{text(reveal.data.value)}</p>}
      {asking && reveal.data === undefined ? (
        <form onSubmit={submit} noValidate>
          <TextInput
            size="xs"
            label={`Why does ${field} have to be seen?`}
            description="Goes on record with your name before it is shown."
            autoFocus
            maxLength={500}
            value={reason}
            error={fault ?? (reveal.error === null ? undefined : explain(reveal.error).detail)}
            onChange={(event) => setReason(event.currentTarget.value)}
          />
          <div className={classes['acts']}>
            <Button type="submit" size="compact-xs" loading={reveal.isPending}>
              Show it
            </Button>
            <Button
              variant="subtle"
              color="gray"
              size="compact-xs"
              onClick={() => {
                setAsking(false);
                reveal.reset();
              }}
            >
              Cancel
            </Button>
          </div>
        </form>
      ) : null}
    </li>
  );
}

/** Personal data that never entered the log: the log has a commitment to each field, the vault its value. */
export function SealedFields({ event }: { event: AuditEventDetail }) {
  const may = useCan('pii.read');
  if (event.sealedCount === 0) return null;
  const erased = Math.max(0, event.sealedCount - event.sealedFields.length);
  return (
    <Section title="Sealed fields">
      <ul>
        {event.sealedFields.map((field) => (
          <SealedField key={field} id={event.id} field={field} may={may} />
        ))}
      </ul>
      <p className={classes['note']}>
        {erased === 0
          ? ''
          : `${count(erased, 'field was', 'fields were')} erased; the proof of the event still holds. `}
        {event.sealedFields.length === 0
          ? ''
          : may
            ? 'The log holds a commitment to each field and not the field itself.'
            : 'Seeing them takes the permission pii.read.'}
      </p>
    </Section>
  );
}
