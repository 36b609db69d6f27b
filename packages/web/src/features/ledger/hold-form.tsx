import { TextInput } from '@mantine/core';
import { useState, type FormEvent } from 'react';
import { fieldErrors, formError } from '../../data/problem.ts';
import { CheckList } from '../../ui/form/check-list.tsx';
import { ReasonField } from '../../ui/form/reason-field.tsx';
import { SaveBar } from '../../ui/form/save-bar.tsx';
import form from '../../ui/form.module.css';
import { usePlaceHold } from './queries.ts';

/** Midnight at the beginning of a day in UTC, ms; null when no day is given. */
function dayStart(day: string): number | null {
  const at = Date.parse(`${day}T00:00:00.000Z`);
  return Number.isNaN(at) ? null : at;
}

const dayMs = 86_400_000;

/** Which entries must stay, and why. */
export function HoldForm({ logs, onDone }: { logs: readonly string[]; onDone: () => void }) {
  const [chosen, setChosen] = useState<string[]>([]);
  const [days, setDays] = useState({ first: '', last: '' });
  const [reason, setReason] = useState('');
  const place = usePlaceHold();
  const errors = fieldErrors(place.error);
  function submit(event: FormEvent): void {
    event.preventDefault();
    const last = dayStart(days.last);
    place.mutate(
      {
        logs: chosen.length === 0 ? null : chosen,
        from: dayStart(days.first),
        to: last === null ? null : last + dayMs,
        reason: reason.trim(),
      },
      { onSuccess: onDone },
    );
  }
  return (
    <form className={form['form']} onSubmit={submit} noValidate>
      <ReasonField
        description="The case or the request. Everybody who sees the hold sees it."
        placeholder="Case 4711, request of the regulator"
        required
        focused
        value={reason}
        error={errors['reason']}
        onChange={setReason}
      />
      <CheckList
        label="Logs"
        description="None chosen means every log, also those that are added later."
        options={logs.map((log) => [log, log])}
        value={chosen}
        error={errors['logs']}
        onChange={setChosen}
      />
      <div className={form['row']}>
        <TextInput
          type="date"
          label="First day, UTC"
          description="Empty: from the beginning."
          value={days.first}
          error={errors['from']}
          onChange={(event) => setDays({ ...days, first: event.currentTarget.value })}
        />
        <TextInput
          type="date"
          label="Last day, UTC"
          description="Empty: with no end."
          value={days.last}
          error={errors['to']}
          onChange={(event) => setDays({ ...days, last: event.currentTarget.value })}
        />
      </div>
      <SaveBar
        problem={formError(place.error, ['reason', 'logs', 'from', 'to'])}
        saving={place.isPending}
        save="Place the hold"
        onCancel={onDone}
      />
    </form>
  );
}
