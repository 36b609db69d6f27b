import { comparison as comparisonSchema, type RuleCondition } from '@custos/contract';
import { Autocomplete, MultiSelect, NumberInput, Select } from '@mantine/core';
import classes from '../../ui/form.module.css';
import { knownValues } from './draft.ts';

const watchable = ['down', 'degraded', 'unknown'] as const;

const comparisonWords: Record<string, string> = {
  '>': 'above',
  '>=': 'at least',
  '<': 'below',
  '<=': 'at most',
  '==': 'exactly',
  '!=': 'not',
};

/** What a rule watches: the status of probes, or a value that they measure. */
export function ConditionFields({
  condition,
  errors,
  onChange,
}: {
  condition: RuleCondition;
  errors: Readonly<Record<string, string>>;
  onChange: (condition: RuleCondition) => void;
}) {
  return (
    <>
      <Select
        label="Watch"
        allowDeselect={false}
        data={[
          { value: 'probe-status', label: 'The status of a probe' },
          { value: 'probe-value', label: 'A value that a probe measures' },
        ]}
        value={condition.type}
        onChange={(type) =>
          onChange(
            type === 'probe-value'
              ? { type: 'probe-value', value: 'cpu_percent', comparison: '>', threshold: 90 }
              : { type: 'probe-status', statuses: ['down'] },
          )
        }
      />
      {condition.type === 'probe-status' ? (
        <MultiSelect
          label="Fires when it is"
          data={[...watchable]}
          value={condition.statuses}
          error={errors['condition.statuses']}
          onChange={(statuses) =>
            onChange({ ...condition, statuses: watchable.filter((each) => statuses.includes(each)) })
          }
        />
      ) : (
        <>
          <Autocomplete
            label="Value"
            description="Pick one, or type the name of another."
            data={knownValues}
            value={condition.value}
            error={errors['condition.value']}
            onChange={(value) => onChange({ ...condition, value })}
          />
          <div className={classes['row']}>
            <Select
              label="Is"
              allowDeselect={false}
              data={comparisonSchema.options.map((value) => ({
                value,
                label: comparisonWords[value] ?? value,
              }))}
              value={condition.comparison}
              onChange={(value) =>
                onChange({
                  ...condition,
                  comparison: comparisonSchema.safeParse(value).data ?? condition.comparison,
                })
              }
            />
            <NumberInput
              label="Threshold"
              value={condition.threshold}
              error={errors['condition.threshold']}
              onChange={(value) => onChange({ ...condition, threshold: Number(value) })}
            />
          </div>
        </>
      )}
    </>
  );
}
