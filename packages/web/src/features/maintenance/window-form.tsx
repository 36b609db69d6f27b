import type { MaintenanceView } from '@custos/contract';
import { MultiSelect, Switch, TextInput } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState, type FormEvent } from 'react';
import { fieldErrors, formError } from '../../data/problem.ts';
import { probesQuery, servicesQuery, useCan } from '../../data/queries.ts';
import { ConfirmButton } from '../../ui/confirm.tsx';
import { ConfigSnippet } from '../../ui/form/config-snippet.tsx';
import { SaveBar } from '../../ui/form/save-bar.tsx';
import classes from '../../ui/form.module.css';
import { ReadOnlyNote } from '../../ui/read-only-note.tsx';
import { configOf } from './draft.ts';
import { useRemoveWindow, useSaveWindow, type WindowDraft } from './queries.ts';
import { ScheduleFields } from './schedule-fields.tsx';

const fields = ['title', 'schedule', 'serviceIds', 'probeIds', 'everything'];

export function WindowForm({
  initial,
  window,
  onDone,
}: {
  initial: WindowDraft & { timeZone: string };
  window?: MaintenanceView;
  onDone: () => void;
}) {
  const [{ timeZone, ...draft }, setDraft] = useState(initial);
  const save = useSaveWindow(window?.id);
  const remove = useRemoveWindow();
  const readOnly = !useCan('maintenance.edit') || window?.origin === 'configuration';
  const services = useQuery(servicesQuery).data?.items ?? [];
  const probes = useQuery(probesQuery).data?.items ?? [];
  const errors = fieldErrors(save.error);
  const change = (part: Partial<WindowDraft>): void => setDraft((now) => ({ ...now, ...part }));

  function submit(event: FormEvent): void {
    event.preventDefault();
    save.mutate(draft, { onSuccess: onDone });
  }

  return (
    <form className={classes['form']} onSubmit={submit} noValidate>
      {window?.origin === 'configuration' ? <ReadOnlyNote what="window" /> : null}
      <fieldset className={classes['group']} disabled={readOnly}>
        <TextInput
          label="Title"
          description="Shown to everybody who wonders."
          placeholder="Database update"
          required
          value={draft.title}
          error={errors['title']}
          onChange={(event) => change({ title: event.currentTarget.value })}
        />
        <ScheduleFields
          schedule={draft.schedule}
          timeZone={timeZone}
          errors={errors}
          onChange={(schedule) => change({ schedule })}
        />
      </fieldset>
      <fieldset className={classes['group']} disabled={readOnly}>
        <legend>For what</legend>
        <Switch
          label="Everything"
          description="No probe pages anyone during the window."
          checked={draft.everything}
          onChange={(event) => change({ everything: event.currentTarget.checked })}
        />
        {draft.everything ? null : (
          <>
            <MultiSelect
              label="Services"
              searchable
              data={services.map(({ id, name }) => ({ value: id, label: name }))}
              value={[...draft.serviceIds]}
              error={errors['serviceIds']}
              onChange={(serviceIds) => change({ serviceIds })}
            />
            <MultiSelect
              label="Probes"
              searchable
              limit={50}
              data={probes.map(({ id, name }) => ({ value: id, label: name }))}
              value={[...draft.probeIds]}
              error={errors['probeIds']}
              onChange={(probeIds) => change({ probeIds })}
            />
          </>
        )}
      </fieldset>
      {readOnly ? null : (
        <SaveBar
          problem={formError(save.error, fields)}
          saving={save.isPending}
          save={window === undefined ? 'Plan the window' : 'Save'}
          onCancel={onDone}
        >
          {window === undefined ? null : (
            <ConfirmButton
              label={window.active ? 'End now' : 'Delete'}
              title={`${window.active ? 'End' : 'Delete'} ${window.title}?`}
              confirm={window.active ? 'End the window' : 'Delete the window'}
              loading={remove.isPending}
              onConfirm={() => remove.mutate(window.id, { onSuccess: onDone })}
            >
              Its probes page people again at once when they are down.
            </ConfirmButton>
          )}
        </SaveBar>
      )}
      <ConfigSnippet
        section="maintenance"
        value={configOf(draft, new Map([...services, ...probes].map(({ id, name }) => [id, name])))}
      />
    </form>
  );
}
