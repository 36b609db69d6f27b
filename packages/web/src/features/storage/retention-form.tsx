import type { StorageStatusView } from '@custos/contract';
import { Button, Modal, NumberInput } from '@mantine/core';
import { useState } from 'react';
import { explain } from '../../data/problem.ts';
import { useNow } from '../../ui/clock.ts';
import { FormProblem } from '../../ui/form-problem.tsx';
import { daysOf, keptNow, kindTitle, mayStay, rowsThatGo, withDays } from './kinds.ts';
import { useKeep } from './queries.ts';
import classes from './storage.module.css';

/** How long each kind is kept, with what would go at once in numbers. */
export function RetentionForm({ status, onClose }: { status: StorageStatusView; onClose: () => void }) {
  const before = keptNow(status.kinds);
  const [wanted, setWanted] = useState(before);
  const now = useNow(60_000);
  const keep = useKeep();
  const going = status.kinds
    .map((stored) => ({ stored, rows: rowsThatGo(stored, daysOf(wanted, stored.kind), now) }))
    .filter(({ stored, rows }) => rows > rowsThatGo(stored, daysOf(before, stored.kind), now));
  return (
    <Modal opened onClose={onClose} title="How long telemetry is kept" size="md">
      <form
        className={classes['form']}
        onSubmit={(event) => {
          event.preventDefault();
          keep.mutate(wanted, { onSuccess: onClose });
        }}
      >
        {status.kinds.map(({ kind, held }) => (
          <NumberInput
            key={kind}
            label={kindTitle(kind)}
            description={
              held
                ? 'A legal hold keeps all of it for now.'
                : mayStay(kind)
                  ? 'Days; leave it empty to keep it for ever.'
                  : 'Days.'
            }
            min={1}
            max={36_500}
            allowDecimal={false}
            value={daysOf(wanted, kind) ?? ''}
            onChange={(value) =>
              setWanted((present) => withDays(present, kind, value === '' ? null : Number(value)))
            }
            suffix=" days"
            placeholder={mayStay(kind) ? 'for ever' : ''}
          />
        ))}
        {going.length === 0 ? null : (
          <div role="status" className={classes['going']}>
            <strong>Goes at once and cannot be brought back:</strong>
            <ul>
              {going.map(({ stored, rows }) => (
                <li key={stored.kind}>
                  {kindTitle(stored.kind)}: about {rows.toLocaleString('en')} of{' '}
                  {stored.rows.toLocaleString('en')} rows
                </li>
              ))}
            </ul>
          </div>
        )}
        <FormProblem problem={keep.error === null ? null : explain(keep.error)} />
        <div className={classes['buttons']}>
          <Button variant="subtle" color="gray" size="xs" onClick={onClose}>
            Cancel
          </Button>
          <Button type="submit" size="xs" loading={keep.isPending}>
            {going.length === 0 ? 'Save' : 'Save and delete'}
          </Button>
        </div>
      </form>
    </Modal>
  );
}
