import { ActionIcon, Checkbox, Select, TagsInput, TextInput } from '@mantine/core';
import { IconTrash } from '@tabler/icons-react';
import classes from '../../../ui/form.module.css';
import type { Variable } from '../variables.ts';
import own from './edit.module.css';

/** One variable: its name and where its values come from. */
export function VariableEditor({
  variable,
  error,
  onChange,
  onRemove,
}: {
  variable: Variable;
  error: string | undefined;
  onChange: (variable: Variable) => void;
  onRemove: () => void;
}) {
  const { source } = variable;
  const change = (part: Partial<Variable>): void => onChange({ ...variable, ...part });
  return (
    <div className={own['variable']} role="group" aria-label={`Variable ${variable.name}`}>
      <div className={own['legend']}>
        <strong className="mono">${variable.name}</strong>
        <ActionIcon variant="subtle" color="gray" aria-label={`Remove ${variable.name}`} onClick={onRemove}>
          <IconTrash size={15} stroke={1.6} />
        </ActionIcon>
      </div>
      <div className={classes['row']}>
        <TextInput
          size="xs"
          label="Name"
          value={variable.name}
          error={error}
          onChange={(event) => change({ name: event.currentTarget.value })}
        />
        <TextInput
          size="xs"
          label="Title"
          placeholder={variable.name}
          value={variable.title}
          onChange={(event) => change({ title: event.currentTarget.value })}
        />
      </div>
      <Select
        size="xs"
        label="Its values are"
        allowDeselect={false}
        data={[
          { value: 'label', label: 'those of a label' },
          { value: 'values', label: 'a list' },
        ]}
        value={'label' in source ? 'label' : 'values'}
        onChange={(kind) =>
          change({ source: kind === 'values' ? { values: ['one'] } : { label: 'job', selector: '' } })
        }
      />
      {'label' in source ? (
        <div className={classes['row']}>
          <TextInput
            size="xs"
            label="Label"
            value={source.label}
            onChange={(event) => change({ source: { ...source, label: event.currentTarget.value } })}
          />
          <TextInput
            size="xs"
            label="Of the series"
            placeholder="all, or such as up"
            value={source.selector}
            onChange={(event) => change({ source: { ...source, selector: event.currentTarget.value } })}
          />
        </div>
      ) : (
        <TagsInput
          size="xs"
          label="Values"
          value={source.values}
          onChange={(values) => {
            if (values.length > 0) change({ source: { values } });
          }}
        />
      )}
      <Checkbox
        size="xs"
        label="Several at once"
        description={`In a selector it is written ${variable.multiple ? '=~' : '='}"$${variable.name}".`}
        checked={variable.multiple}
        onChange={(event) => change({ multiple: event.currentTarget.checked })}
      />
      <TagsInput
        size="xs"
        label="Chosen at first"
        placeholder={variable.default.length === 0 ? (variable.multiple ? 'all' : 'none') : ''}
        value={variable.default}
        onChange={(values) => change({ default: values })}
      />
    </div>
  );
}
