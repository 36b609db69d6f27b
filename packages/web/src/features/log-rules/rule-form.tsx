import { severities, type LogRuleInput, type LogRuleView } from '@custos/contract';
import { Checkbox, NumberInput, Select, TagsInput, Textarea, TextInput } from '@mantine/core';
import { useState } from 'react';
import { fieldErrors, formError } from '../../data/problem.ts';
import { ChannelsField } from '../../rule-parts/channels-field.tsx';
import { RuleForm } from '../../rule-parts/rule-form.tsx';
import { DurationField } from '../../ui/form/duration-field.tsx';
import { PairsField } from '../../ui/form/pairs-field.tsx';
import form from '../../ui/form.module.css';
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
  const errors = fieldErrors(save.error);
  const change = (part: Partial<LogRuleInput>): void => setDraft((now) => ({ ...now, ...part }));

  return (
    <RuleForm
      rule={rule}
      problem={formError(save.error, Object.keys(draft))}
      saving={save.isPending}
      removing={remove.isPending}
      consequence="Its search is no longer counted, and its open alerts end."
      onSave={() => save.mutate(draft, { onSuccess: onDone })}
      onRemove={() => rule !== undefined && remove.mutate(rule.id, { onSuccess: onDone })}
      onDone={onDone}
    >
      {(readOnly) => (
        <>
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
              onChange={(value) =>
                change({ severity: severities.find((each) => each === value) ?? 'medium' })
              }
            />
            <ChannelsField
              value={draft.channelIds}
              error={errors['channelIds']}
              onChange={(channelIds) => change({ channelIds })}
            />
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
        </>
      )}
    </RuleForm>
  );
}
