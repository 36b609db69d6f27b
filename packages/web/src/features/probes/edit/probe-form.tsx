import type { KindDescription } from '@custos/contract';
import { Button, TextInput } from '@mantine/core';
import { IconPlayerPlay } from '@tabler/icons-react';
import { useNavigate } from '@tanstack/react-router';
import { useState, type FormEvent } from 'react';
import { PrivateAddressHint } from '../../../data/private-address.tsx';
import { explain, fieldErrors, formError } from '../../../data/problem.ts';
import { useCan, useNames } from '../../../data/queries.ts';
import { ConfigSnippet } from '../../../ui/form/config-snippet.tsx';
import { SaveBar } from '../../../ui/form/save-bar.tsx';
import { FormProblem } from '../../../ui/form-problem.tsx';
import classes from '../../../ui/form.module.css';
import { ReadOnlyNote } from '../../../ui/read-only-note.tsx';
import { SchemaForm } from '../../../ui/schema-form/schema-form.tsx';
import { useSaveProbe, useTryProbe } from '../queries.ts';
import { CommonFields } from './common-fields.tsx';
import { bodyOf, configOf, schemaOf, shownFields, type Draft } from './draft.ts';
import { TryResult } from './try-result.tsx';

/** Messages of `options.*` without the prefix. */
function optionErrors(errors: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(errors).flatMap(([field, message]) => {
      const [first, name] = field.split('.');
      return first === 'options' && name !== undefined ? [[name, message]] : [];
    }),
  );
}

/** Adds a probe, or changes the one with `id`; one from the configuration file is shown as it is. */
export function ProbeForm({
  kind,
  initial,
  id,
  configured = false,
}: {
  kind: KindDescription;
  initial: Draft;
  id?: string;
  /** It is written in the configuration file. */
  configured?: boolean;
}) {
  const [draft, setDraft] = useState(initial);
  const navigate = useNavigate();
  const save = useSaveProbe(id);
  const attempt = useTryProbe();
  const canRun = useCan('probe.run');
  const mayEdit = useCan('probe.edit');
  const readOnly = configured || !mayEdit;
  const names = useNames();
  const errors = { ...fieldErrors(attempt.error), ...fieldErrors(save.error) };
  const change = (part: Partial<Draft>): void => setDraft((now) => ({ ...now, ...part }));
  const trial = draft.kind !== 'heartbeat' && canRun;

  function submit(event: FormEvent): void {
    event.preventDefault();
    save.mutate(bodyOf(draft, kind), {
      onSuccess: (probe) => void navigate({ to: '/probes/$probeId', params: { probeId: probe.id } }),
    });
  }
  function tryNow(): void {
    const { options } = bodyOf(draft, kind);
    const { timeoutMs, latencyBudgetMs } = draft;
    save.reset();
    attempt.mutate({
      kind: draft.kind,
      options,
      timeoutMs: Math.min(timeoutMs, 60_000),
      latencyBudgetMs,
      ...(id === undefined ? {} : { probeId: id }),
    });
  }

  return (
    <form className={classes['form']} onSubmit={submit} noValidate>
      {readOnly ? <ReadOnlyNote what="probe" permission={configured ? undefined : 'probe.edit'} /> : null}
      <fieldset className={classes['group']} disabled={readOnly}>
        <TextInput
          label="Name"
          description="What people read when it is down."
          placeholder="Checkout API"
          required
          value={draft.name}
          error={errors['name']}
          onChange={(event) => change({ name: event.currentTarget.value })}
        />
        <SchemaForm
          schema={schemaOf(kind)}
          values={draft.options}
          errors={optionErrors(errors)}
          unfolded={readOnly}
          onChange={(name, value) =>
            setDraft((now) => ({ ...now, options: { ...now.options, [name]: value } }))
          }
        />
      </fieldset>
      <CommonFields draft={draft} errors={errors} change={change} disabled={readOnly} />
      {attempt.data === undefined || attempt.isPending ? null : <TryResult result={attempt.data} />}
      <PrivateAddressHint messages={[attempt.data?.message, ...Object.values(errors)]} />
      {attempt.error === null || Object.keys(fieldErrors(attempt.error)).length > 0 ? null : (
        <FormProblem problem={explain(attempt.error)} />
      )}
      {readOnly ? null : (
        <SaveBar
          problem={formError(save.error, shownFields)}
          saving={save.isPending}
          save={id === undefined ? 'Add the probe' : 'Save'}
          onCancel={() => window.history.back()}
        >
          {trial ? (
            <Button
              variant="default"
              size="xs"
              leftSection={<IconPlayerPlay size={14} />}
              loading={attempt.isPending}
              onClick={tryNow}
            >
              Try now
            </Button>
          ) : null}
        </SaveBar>
      )}
      <ConfigSnippet section="probes" value={configOf(draft, kind, names)} />
    </form>
  );
}
