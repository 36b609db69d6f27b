import type { DashboardInput } from '@custos/contract';
import { Button, Checkbox, Textarea, TextInput } from '@mantine/core';
import { IconPlus } from '@tabler/icons-react';
import classes from '../../../ui/form.module.css';
import { Panel } from '../../../ui/panel.tsx';
import type { Variable } from '../variables.ts';
import { VariableEditor } from './variable-editor.tsx';

const most = 10;

/** Name, who sees it, and the variables of a dashboard. */
export function SettingsEditor({
  draft,
  errors,
  mayHide,
  onChange,
  onClose,
}: {
  draft: DashboardInput;
  errors: Readonly<Record<string, string>>;
  /** Only its owner takes it back from others. */
  mayHide: boolean;
  onChange: (part: Partial<DashboardInput>) => void;
  onClose: () => void;
}) {
  const { variables } = draft;
  const change = (index: number, variable: Variable): void =>
    onChange({ variables: variables.map((each, at) => (at === index ? variable : each)) });
  return (
    <Panel
      title="About this dashboard"
      onClose={onClose}
      actions={
        <Button size="xs" onClick={onClose}>
          Done
        </Button>
      }
    >
      <div className={classes['form']}>
        <TextInput
          label="Name"
          required
          maxLength={120}
          value={draft.name}
          error={errors['name']}
          onChange={(event) => onChange({ name: event.currentTarget.value })}
        />
        <Textarea
          label="Description"
          autosize
          maxLength={500}
          value={draft.description}
          error={errors['description']}
          onChange={(event) => onChange({ description: event.currentTarget.value })}
        />
        <Checkbox
          size="xs"
          label="Everybody who may query metrics sees it"
          description={
            mayHide
              ? 'Whoever may edit dashboards can change it then, too.'
              : 'Only its owner can take it back from others.'
          }
          checked={draft.shared}
          disabled={!mayHide}
          onChange={(event) => onChange({ shared: event.currentTarget.checked })}
        />
        <fieldset className={classes['group']}>
          <legend>Variables</legend>
          <p className="quiet">
            A variable is chosen above the panels and stands in their expressions as <code>$name</code>.
          </p>
          {variables.map((variable, index) => (
            <VariableEditor
              // A variable's name is what is being changed.
              key={`${index}/${variables.length}`}
              variable={variable}
              error={errors[`variables.${index}.name`]}
              onChange={(next) => change(index, next)}
              onRemove={() => onChange({ variables: variables.filter((_, at) => at !== index) })}
            />
          ))}
          {variables.length < most ? (
            <div>
              <Button
                variant="default"
                size="xs"
                leftSection={<IconPlus size={14} />}
                onClick={() =>
                  onChange({
                    variables: [
                      ...variables,
                      {
                        name: variables.length === 0 ? 'job' : `variable${variables.length + 1}`,
                        title: '',
                        source: { label: 'job', selector: '' },
                        multiple: true,
                        default: [],
                      },
                    ],
                  })
                }
              >
                Add a variable
              </Button>
            </div>
          ) : null}
        </fieldset>
      </div>
    </Panel>
  );
}
