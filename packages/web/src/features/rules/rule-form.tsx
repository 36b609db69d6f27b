import { severities, type RuleView } from '@custos/contract';
import { Select, Textarea, TextInput } from '@mantine/core';
import { useState } from 'react';
import { fieldErrors, formError } from '../../data/problem.ts';
import { useNames } from '../../data/queries.ts';
import { ChannelsField } from '../../rule-parts/channels-field.tsx';
import { RuleForm } from '../../rule-parts/rule-form.tsx';
import { ConfigSnippet } from '../../ui/form/config-snippet.tsx';
import { DurationField } from '../../ui/form/duration-field.tsx';
import classes from '../../ui/form.module.css';
import { count } from '../../ui/format.ts';
import { severityWords } from '../../ui/severity.tsx';
import { ConditionFields } from './condition-fields.tsx';
import { configOf, type RuleDraft } from './draft.ts';
import { useRemoveRule, useSaveRule } from './queries.ts';
import { SelectorFields } from './selector-fields.tsx';

/** Adds a rule, or changes one; one from the configuration file is shown as it is. */
export function ProbeRuleForm({
  initial,
  rule,
  onDone,
}: {
  initial: RuleDraft;
  rule?: RuleView;
  onDone: () => void;
}) {
  const [draft, setDraft] = useState(initial);
  const save = useSaveRule(rule?.id);
  const remove = useRemoveRule();
  const names = useNames();
  const errors = fieldErrors(save.error);
  const change = (part: Partial<RuleDraft>): void => setDraft((now) => ({ ...now, ...part }));
  const open = rule?.openAlerts ?? 0;

  return (
    <RuleForm
      rule={rule}
      problem={formError(save.error, [...Object.keys(draft), 'labels'])}
      saving={save.isPending}
      removing={remove.isPending}
      consequence={`${count(open, 'open alert')} of it ${open === 1 ? 'ends' : 'end'}, and it opens no more.`}
      after={<ConfigSnippet section="rules" value={configOf(draft, names)} />}
      onSave={() => save.mutate(draft, { onSuccess: onDone })}
      onRemove={() => rule !== undefined && remove.mutate(rule.id, { onSuccess: onDone })}
      onDone={onDone}
    >
      {(readOnly) => (
        <>
          <fieldset className={classes['group']} disabled={readOnly}>
            <TextInput
              label="Name"
              placeholder="Checkout is down"
              required
              value={draft.name}
              error={errors['name']}
              onChange={(event) => change({ name: event.currentTarget.value })}
            />
            <ConditionFields
              condition={draft.condition}
              errors={errors}
              onChange={(condition) => change({ condition })}
            />
            <DurationField
              label="For at least"
              description="The condition must hold this long before anyone is told."
              value={draft.forMs}
              error={errors['forMs']}
              onChange={(ms) => change({ forMs: ms ?? 0 })}
            />
          </fieldset>
          <SelectorFields
            selector={draft.selector}
            errors={errors}
            disabled={readOnly}
            onChange={(selector) => change({ selector })}
          />
          <fieldset className={classes['group']} disabled={readOnly}>
            <legend>What happens</legend>
            <Select
              label="Severity"
              allowDeselect={false}
              data={[
                { value: 'from-criticality', label: 'The importance of the service' },
                ...severities.map((value) => ({ value, label: severityWords[value] })),
              ]}
              value={draft.severity}
              error={errors['severity']}
              onChange={(value) =>
                change({ severity: severities.find((each) => each === value) ?? 'from-criticality' })
              }
            />
            <ChannelsField
              value={draft.channelIds}
              error={errors['channelIds']}
              onChange={(channelIds) => change({ channelIds })}
            />
            <DurationField
              label="Stays open after it is over"
              description="Keeps one alert open through short recoveries."
              value={draft.keepFiringForMs}
              error={errors['keepFiringForMs']}
              onChange={(ms) => change({ keepFiringForMs: ms ?? 0 })}
            />
            <DurationField
              label="Quiet when it comes back within"
              description="An alert that closed less than this ago opens again without a new page."
              value={draft.cooldownMs}
              error={errors['cooldownMs']}
              onChange={(ms) => change({ cooldownMs: ms ?? 0 })}
            />
            <Textarea
              label="Summary"
              description="A Liquid template, such as {{ probe.name }} is {{ status }}."
              autosize
              value={draft.annotations.summary ?? ''}
              error={errors['annotations.summary']}
              onChange={(event) =>
                change({ annotations: { ...draft.annotations, summary: event.currentTarget.value } })
              }
            />
            <Textarea
              label="Description"
              description="More for whoever is woken; a Liquid template too."
              autosize
              minRows={2}
              value={draft.annotations.description ?? ''}
              error={errors['annotations.description']}
              onChange={(event) =>
                change({ annotations: { ...draft.annotations, description: event.currentTarget.value } })
              }
            />
          </fieldset>
        </>
      )}
    </RuleForm>
  );
}
