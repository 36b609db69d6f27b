import type { Settings } from '@custos/contract';
import { TextInput } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState, type FormEvent } from 'react';
import { Loaded } from '../../../data/loaded.tsx';
import { fieldErrors, formError } from '../../../data/problem.ts';
import { settingsQuery, useCan } from '../../../data/queries.ts';
import { SaveBar } from '../../../ui/form/save-bar.tsx';
import { TimeZoneField } from '../../../ui/form/time-zone-field.tsx';
import form from '../../../ui/form.module.css';
import { SkeletonRows } from '../../../ui/states.tsx';
import { useSaveSettings } from '../queries.ts';
import classes from '../settings.module.css';
import { InternalTargets } from './internal-targets.tsx';

/** What is wrong with an entry of the list; its field is named after the policy or the setting. */
function targetError(errors: Readonly<Record<string, string>>): string | undefined {
  return Object.entries(errors).find(([field]) => /^internal(Targets)?(\.|$)/.test(field))?.[1];
}

function GeneralForm({ initial }: { initial: Settings }) {
  const [draft, setDraft] = useState(initial);
  const save = useSaveSettings();
  const may = useCan('system.configure');
  const errors = fieldErrors(save.error);
  const change = (part: Partial<Settings>): void => setDraft((now) => ({ ...now, ...part }));
  function submit(event: FormEvent): void {
    event.preventDefault();
    save.mutate(draft);
  }
  return (
    <form className={`${form['form']} ${classes['narrow']}`} onSubmit={submit} noValidate>
      <fieldset className={form['group']} disabled={!may}>
        <TextInput
          label="Name of this installation"
          description="Shown in the corner and in every message."
          value={draft.installationName}
          error={errors['installationName']}
          onChange={(event) => change({ installationName: event.currentTarget.value })}
        />
        <TextInput
          label="Public address"
          description="What links in messages begin with."
          placeholder="https://custos.example.com"
          value={draft.publicUrl ?? ''}
          error={errors['publicUrl']}
          onChange={(event) =>
            change({ publicUrl: event.currentTarget.value === '' ? null : event.currentTarget.value })
          }
        />
        <TimeZoneField
          description="For new recurring windows."
          value={draft.timeZone}
          error={errors['timeZone']}
          onChange={(timeZone) => change({ timeZone })}
        />
      </fieldset>
      <InternalTargets
        targets={draft.internalTargets}
        error={targetError(errors)}
        readOnly={!may}
        onChange={(internalTargets) => change({ internalTargets })}
      />
      {may ? (
        <SaveBar
          problem={formError(save.error, [...Object.keys(draft), 'internal'])}
          saving={save.isPending}
          save="Save"
        />
      ) : (
        <p className="faint">Changing these takes the permission system.configure.</p>
      )}
    </form>
  );
}

export function General() {
  const query = useQuery(settingsQuery);
  return (
    <Loaded query={query} skeleton={<SkeletonRows rows={4} height={64} />}>
      {(settings) => <GeneralForm initial={settings} />}
    </Loaded>
  );
}
