import { criticality as criticalitySchema, type Criticality } from '@custos/contract';
import { MultiSelect, NumberInput, Select, Textarea, TextInput } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useState, type FormEvent } from 'react';
import { fieldErrors, formError } from '../../data/problem.ts';
import { servicesQuery, useCan } from '../../data/queries.ts';
import { ConfigSnippet } from '../../ui/form/config-snippet.tsx';
import { PairsField } from '../../ui/form/pairs-field.tsx';
import { SaveBar } from '../../ui/form/save-bar.tsx';
import classes from '../../ui/form.module.css';
import { duration } from '../../ui/format.ts';
import { ReadOnlyNote } from '../../ui/read-only-note.tsx';
import { useSaveService } from './queries.ts';

export interface ServiceDraft {
  name: string;
  description: string;
  criticality: Criticality;
  dependsOn: string[];
  sloTarget: number;
  sloWindowDays: number;
  labels: Record<string, string>;
}

const importance: Record<Criticality, string> = {
  critical: 'Critical: someone is woken at once',
  high: 'High: people must know soon',
  medium: 'Medium: within the day',
  low: 'Low: when there is time',
};

/** Adds a service, or changes the one with `id`; one from the configuration file is shown as it is. */
export function ServiceForm({
  initial,
  id,
  configured = false,
}: {
  initial: ServiceDraft;
  id?: string;
  /** It is written in the configuration file. */
  configured?: boolean;
}) {
  const [draft, setDraft] = useState(initial);
  const navigate = useNavigate();
  const save = useSaveService(id);
  const others = (useQuery(servicesQuery).data?.items ?? []).filter((service) => service.id !== id);
  const mayEdit = useCan('probe.edit');
  const readOnly = configured || !mayEdit;
  const errors = fieldErrors(save.error);
  const change = (part: Partial<ServiceDraft>): void => setDraft((now) => ({ ...now, ...part }));
  const allowedMs = Math.round((1 - draft.sloTarget) * draft.sloWindowDays * 86_400_000);

  function submit(event: FormEvent): void {
    event.preventDefault();
    save.mutate(draft, {
      onSuccess: (service) =>
        void navigate({ to: '/services/$serviceId', params: { serviceId: service.id } }),
    });
  }

  return (
    <form className={classes['form']} onSubmit={submit} noValidate>
      {readOnly ? <ReadOnlyNote what="service" permission={configured ? undefined : 'probe.edit'} /> : null}
      <fieldset className={classes['group']} disabled={readOnly}>
        <TextInput
          label="Name"
          placeholder="Checkout"
          required
          value={draft.name}
          error={errors['name']}
          onChange={(event) => change({ name: event.currentTarget.value })}
        />
        <Textarea
          label="Description"
          description="What it does, for whoever is woken."
          autosize
          minRows={2}
          value={draft.description}
          error={errors['description']}
          onChange={(event) => change({ description: event.currentTarget.value })}
        />
        <Select
          label="Importance"
          description="Decides how grave its alerts are."
          allowDeselect={false}
          data={criticalitySchema.options.map((value) => ({ value, label: importance[value] }))}
          value={draft.criticality}
          error={errors['criticality']}
          onChange={(value) =>
            change({ criticality: criticalitySchema.safeParse(value).data ?? draft.criticality })
          }
        />
        <MultiSelect
          label="Needs"
          description="When one of these is down, this service is blocked and pages nobody."
          placeholder={draft.dependsOn.length === 0 ? 'nothing' : ''}
          searchable
          data={others.map((service) => ({ value: service.id, label: service.name }))}
          value={draft.dependsOn}
          error={errors['dependsOn']}
          onChange={(dependsOn) => change({ dependsOn })}
        />
        <div className={classes['row']}>
          <NumberInput
            label="Promised uptime, %"
            description={`Allows ${duration(allowedMs)} down in that time.`}
            min={0.001}
            max={99.9999}
            decimalScale={4}
            value={Math.round(draft.sloTarget * 1_000_000) / 10_000}
            error={errors['sloTarget']}
            onChange={(value) => change({ sloTarget: Math.round(Number(value) * 10_000) / 1_000_000 })}
          />
          <NumberInput
            label="Over this many days"
            description="The promise is kept over a moving window."
            min={1}
            max={366}
            value={draft.sloWindowDays}
            error={errors['sloWindowDays']}
            onChange={(value) => change({ sloWindowDays: Number(value) || 30 })}
          />
        </div>
        <PairsField
          label="Labels"
          description="Rules can choose by them."
          value={draft.labels}
          error={errors['labels']}
          onChange={(labels) => change({ labels })}
        />
      </fieldset>
      {readOnly ? null : (
        <SaveBar
          problem={formError(save.error, Object.keys(draft))}
          saving={save.isPending}
          save={id === undefined ? 'Add the service' : 'Save'}
          onCancel={() => window.history.back()}
        />
      )}
      <ConfigSnippet
        section="services"
        value={{
          ...draft,
          dependsOn: others.filter((service) => draft.dependsOn.includes(service.id)).map(({ name }) => name),
        }}
      />
    </form>
  );
}
