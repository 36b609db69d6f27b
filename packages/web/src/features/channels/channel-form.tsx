import {
  severities,
  type ChannelKindName,
  type ChannelView,
  type KindDescription,
  type Severity,
} from '@custos/contract';
import { Button, Select, Switch, TextInput } from '@mantine/core';
import { IconSend } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useState, type FormEvent } from 'react';
import { PrivateAddressHint } from '../../data/private-address.tsx';
import { explain, fieldErrors, formError } from '../../data/problem.ts';
import { channelsQuery, useCan } from '../../data/queries.ts';
import { ConfirmButton } from '../../ui/confirm.tsx';
import { FormProblem } from '../../ui/form-problem.tsx';
import { ConfigSnippet } from '../../ui/form/config-snippet.tsx';
import { SaveBar } from '../../ui/form/save-bar.tsx';
import classes from '../../ui/form.module.css';
import { ReadOnlyNote } from '../../ui/read-only-note.tsx';
import { initialOptions, sendable, writtenOptions, type OptionsSchema } from '../../ui/schema-form/schema.ts';
import { SchemaForm } from '../../ui/schema-form/schema-form.tsx';
import { severityWords } from '../../ui/severity.tsx';
import { useRemoveChannel, useSaveChannel, useTryChannel } from './queries.ts';
import { TestResult } from './test-result.tsx';

interface Draft {
  name: string;
  kind: ChannelKindName;
  options: Readonly<Record<string, unknown>>;
  enabled: boolean;
  isDefault: boolean;
  minimumSeverity: Severity;
  sendResolved: boolean;
  fallbackChannelId: string | null;
}

const fields = [
  'name',
  'options',
  'enabled',
  'isDefault',
  'minimumSeverity',
  'sendResolved',
  'fallbackChannelId',
];

function draftOf(kinds: readonly KindDescription[], channel: ChannelView | undefined): Draft {
  if (channel !== undefined) {
    const { name, kind, options, enabled, isDefault, minimumSeverity, sendResolved, fallbackChannelId } =
      channel;
    const schema = kinds.find((each) => each.kind === kind)?.schema ?? {};
    return {
      name,
      kind,
      options: initialOptions(schema, options),
      enabled,
      isDefault,
      minimumSeverity,
      sendResolved,
      fallbackChannelId,
    };
  }
  return {
    name: '',
    kind: 'email',
    options: initialOptions(kinds.find((each) => each.kind === 'email')?.schema ?? {}),
    enabled: true,
    isDefault: true,
    minimumSeverity: 'info',
    sendResolved: true,
    fallbackChannelId: null,
  };
}

/** The draft as configuration: the fallback by its name, and only what differs from the defaults. */
function configOf(draft: Draft, schema: OptionsSchema, others: readonly ChannelView[]): object {
  const fallback = others.find(({ id }) => id === draft.fallbackChannelId)?.name;
  const { name, kind, enabled, isDefault, minimumSeverity, sendResolved } = draft;
  return {
    name,
    kind,
    options: writtenOptions(schema, draft.options),
    ...(enabled ? {} : { enabled }),
    ...(isDefault ? {} : { isDefault }),
    ...(minimumSeverity === 'info' ? {} : { minimumSeverity }),
    ...(sendResolved ? {} : { sendResolved }),
    ...(fallback === undefined ? {} : { fallback }),
  };
}

/** Adds a channel, or changes one; a test can be sent before anything is saved. */
export function ChannelForm({
  kinds,
  channel,
  onDone,
}: {
  kinds: readonly KindDescription[];
  channel?: ChannelView;
  onDone: () => void;
}) {
  const [draft, setDraft] = useState(() => draftOf(kinds, channel));
  const save = useSaveChannel(channel?.id);
  const test = useTryChannel();
  const remove = useRemoveChannel();
  const readOnly = !useCan('channel.edit') || channel?.origin === 'configuration';
  const others = (useQuery(channelsQuery).data?.items ?? []).filter((each) => each.id !== channel?.id);
  const kind = kinds.find((each) => each.kind === draft.kind);
  const schema = kind?.schema ?? {};
  const errors = { ...fieldErrors(test.error), ...fieldErrors(save.error) };
  const optionErrors = Object.fromEntries(
    Object.entries(errors).map(([field, message]) => [field.replace(/^options\.([^.]+).*$/, '$1'), message]),
  );
  const change = (part: Partial<Draft>): void => setDraft((now) => ({ ...now, ...part }));
  const options = sendable(schema, draft.options);

  function submit(event: FormEvent): void {
    event.preventDefault();
    save.mutate({ ...draft, options }, { onSuccess: onDone });
  }

  return (
    <form className={classes['form']} onSubmit={submit} noValidate>
      {channel?.origin === 'configuration' ? <ReadOnlyNote what="channel" /> : null}
      <fieldset className={classes['group']} disabled={readOnly}>
        {channel === undefined ? (
          <Select
            label="Kind"
            description={kind?.description}
            allowDeselect={false}
            data={kinds.map((each) => ({ value: each.kind, label: each.title }))}
            value={draft.kind}
            onChange={(value) => {
              const next = kinds.find((each) => each.kind === value);
              if (next === undefined) return;
              test.reset();
              change({ kind: next.kind as ChannelKindName, options: initialOptions(next.schema) });
            }}
          />
        ) : null}
        <TextInput
          label="Name"
          placeholder="On-call mail"
          required
          value={draft.name}
          error={errors['name']}
          onChange={(event) => change({ name: event.currentTarget.value })}
        />
        <SchemaForm
          key={draft.kind}
          schema={schema}
          values={draft.options}
          errors={optionErrors}
          unfolded={readOnly}
          onChange={(name, value) =>
            setDraft((now) => ({ ...now, options: { ...now.options, [name]: value } }))
          }
        />
      </fieldset>
      <fieldset className={classes['group']} disabled={readOnly}>
        <legend>When it is used</legend>
        <Switch
          label="On"
          checked={draft.enabled}
          onChange={(event) => change({ enabled: event.currentTarget.checked })}
        />
        <Switch
          label="Used by default"
          description="By every rule and probe that names no channel."
          checked={draft.isDefault}
          onChange={(event) => change({ isDefault: event.currentTarget.checked })}
        />
        <Switch
          label="Says when it is over"
          checked={draft.sendResolved}
          onChange={(event) => change({ sendResolved: event.currentTarget.checked })}
        />
        <Select
          label="Takes alerts from"
          description="Less grave ones are not sent here."
          allowDeselect={false}
          data={severities.map((value) => ({ value, label: severityWords[value] }))}
          value={draft.minimumSeverity}
          onChange={(value) =>
            change({ minimumSeverity: severities.find((each) => each === value) ?? 'info' })
          }
        />
        <Select
          label="When it gives up"
          description="This channel takes over."
          placeholder="nobody takes over"
          clearable
          data={others.map(({ id, name }) => ({ value: id, label: name }))}
          value={draft.fallbackChannelId}
          error={errors['fallbackChannelId']}
          onChange={(fallbackChannelId) => change({ fallbackChannelId })}
        />
      </fieldset>
      {test.data === undefined || test.isPending ? null : <TestResult result={test.data} />}
      <PrivateAddressHint messages={[test.data?.error, ...Object.values(errors)]} />
      {test.error === null || Object.keys(fieldErrors(test.error)).length > 0 ? null : (
        <FormProblem problem={explain(test.error)} />
      )}
      {readOnly ? null : (
        <SaveBar
          problem={formError(save.error, fields)}
          saving={save.isPending}
          save={channel === undefined ? 'Add the channel' : 'Save'}
          onCancel={onDone}
        >
          <Button
            variant="default"
            size="xs"
            leftSection={<IconSend size={14} />}
            loading={test.isPending}
            onClick={() =>
              test.mutate({
                kind: draft.kind,
                options,
                ...(channel === undefined ? {} : { channelId: channel.id }),
              })
            }
          >
            Send test
          </Button>
          {channel === undefined ? null : (
            <ConfirmButton
              label="Delete"
              title={`Delete ${channel.name}?`}
              confirm="Delete the channel"
              loading={remove.isPending}
              onConfirm={() => remove.mutate(channel.id, { onSuccess: onDone })}
            >
              Nothing is sent through it any more; what it has sent stays on record.
            </ConfirmButton>
          )}
        </SaveBar>
      )}
      <ConfigSnippet section="channels" value={configOf(draft, schema, others)} />
    </form>
  );
}
