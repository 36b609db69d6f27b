import { severities, type LogRuleInput, type LogRuleView } from '@custos/contract';
import { Checkbox, MultiSelect, NumberInput, Select, TagsInput, Textarea, TextInput } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState, type FormEvent } from 'react';
import { fieldErrors, formError } from '../../data/problem.ts';
import { channelsQuery, useCan } from '../../data/queries.ts';
import { ConfirmButton } from '../../ui/confirm.tsx';
import { FormProblem } from '../../ui/form-problem.tsx';
import { DurationField } from '../../ui/form/duration-field.tsx';
import { PairsField } from '../../ui/form/pairs-field.tsx';
import { SaveBar } from '../../ui/form/save-bar.tsx';
import form from '../../ui/form.module.css';
import { ReadOnlyNote } from '../../ui/read-only-note.tsx';
import { severityWords } from '../../ui/severity.tsx';
import classes from './log-rules.module.css';
import { Matches } from './matches.tsx';
import { useRemoveLogRule, useSaveLogRule } from './queries.ts';

/** Adds a rule on logs, or changes one. */
export function LogRuleForm({
  initial,
  rule,
  onDone,
}: {
  initial: LogRuleInput;
  rule?: LogRuleView;
  onDone: () => void;
}) {
  const [draft, setDraft] = useState(initial);
  const save = useSaveLogRule(rule?.id);
  const remove = useRemoveLogRule();
  const mayEdit = useCan('rule.edit');
  const maySeeChannels = useCan('channel.read');
  const channels = useQuery({ ...channelsQuery, enabled: maySeeChannels }).data?.items ?? [];
  const errors = fieldErrors(save.error);
  const change = (part: Partial<LogRuleInput>): void => setDraft((now) => ({ ...now, ...part }));
  const fromFile = rule?.origin === 'configuration';
  const readOnly = !mayEdit || fromFile;

  function submit(event: FormEvent): void {
    event.preventDefault();
    save.mutate(draft, { onSuccess: onDone });
  }

  return (
    <form className={form['form']} onSubmit={submit} noValidate>
      {readOnly ? <ReadOnlyNote what="rule" permission={fromFile ? undefined : 'rule.edit'} /> : null}
      {rule === undefined || rule.lastError === null ? null : (
        <FormProblem
          problem={{
            detail: `Its last evaluation failed: ${rule.lastError}`,
            code: 'evaluation',
            requestId: null,
          }}
        />
      )}
      <fieldset className={form['group']} disabled={readOnly}>
        <TextInput
          label="Name"
          placeholder="Payments fail"
          required
          value={draft.name}
          error={errors['name']}
          onChange={(event) => change({ name: event.currentTarget.value })}
        />
        <Textarea
          label="Search"
          description="As in the search of the logs; empty for every record."
          placeholder='level:error service:payments "timed out"'
          autosize
          classNames={{ input: classes['query'] ?? '' }}
          value={draft.query}
          error={errors['query']}
          onChange={(event) => change({ query: event.currentTarget.value })}
        />
        <Matches query={draft.query} windowMs={draft.windowMs} by={draft.by} />
        <NumberInput
          label="More matches than"
          description="0 fires with the first one."
          min={0}
          allowDecimal={false}
          value={draft.threshold}
          error={errors['threshold']}
          onChange={(value) => change({ threshold: Number(value) })}
        />
        <DurationField
          label="Within"
          description="Matches of this long are counted, up to now."
          value={draft.windowMs}
          error={errors['windowMs']}
          onChange={(ms) => change({ windowMs: ms ?? 0 })}
        />
        <TagsInput
          label="Counted apart by"
          description="Up to three fields; each of their values has a count and an alert of its own."
          placeholder={draft.by.length === 0 ? 'service' : ''}
          maxTags={3}
          value={draft.by}
          error={errors['by']}
          onChange={(by) => change({ by })}
        />
        <DurationField
          label="For at least"
          description="It must stay so for this long before anyone is told."
          value={draft.forMs}
          error={errors['forMs']}
          onChange={(ms) => change({ forMs: ms ?? 0 })}
        />
      </fieldset>
      <fieldset className={form['group']} disabled={readOnly}>
        <legend>What happens</legend>
        <Select
          label="Severity"
          allowDeselect={false}
          data={severities.map((value) => ({ value, label: severityWords[value] }))}
          value={draft.severity}
          error={errors['severity']}
          onChange={(value) => change({ severity: severities.find((each) => each === value) ?? 'medium' })}
        />
        {maySeeChannels ? (
          <MultiSelect
            label="Channels"
            description="Empty for the default ones."
            placeholder={draft.channelIds.length === 0 ? 'default' : ''}
            data={channels.map(({ id, name }) => ({ value: id, label: name }))}
            value={draft.channelIds}
            error={errors['channelIds']}
            onChange={(channelIds) => change({ channelIds })}
          />
        ) : null}
        <Textarea
          label="Summary"
          description="What people read first, such as {{ $value }} failed payments of {{ $labels.service }}. Empty for name and count."
          autosize
          value={draft.summary}
          error={errors['summary']}
          onChange={(event) => change({ summary: event.currentTarget.value })}
        />
        <PairsField
          label="Labels"
          description="Added to every alert of it."
          nameHint="team"
          valueHint="payments"
          value={draft.labels}
          error={errors['labels']}
          onChange={(labels) => change({ labels })}
        />
        <Checkbox
          size="xs"
          label="Evaluate this rule"
          description="Switched off, it opens no alerts."
          checked={draft.enabled}
          onChange={(event) => change({ enabled: event.currentTarget.checked })}
        />
      </fieldset>
      {readOnly ? null : (
        <SaveBar
          problem={formError(save.error, Object.keys(draft))}
          saving={save.isPending}
          save={rule === undefined ? 'Add the rule' : 'Save'}
          onCancel={onDone}
        >
          {rule === undefined ? null : (
            <ConfirmButton
              label="Delete"
              title={`Delete ${rule.name}?`}
              confirm="Delete the rule"
              loading={remove.isPending}
              onConfirm={() => remove.mutate(rule.id, { onSuccess: onDone })}
            >
              Its search is no longer counted, and its open alerts end.
            </ConfirmButton>
          )}
        </SaveBar>
      )}
    </form>
  );
}
