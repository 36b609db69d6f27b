import { MultiSelect, Select } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { gridOf } from '../../charts/lines/series-set.ts';
import { labelValuesQuery } from '../../data/metrics.ts';
import { explain } from '../../data/problem.ts';
import classes from './dashboards.module.css';
import { filledIn, type Chosen, type Variable } from './variables.ts';

/** As many values are offered; others are found by typing a part of them. */
const most = 200;

function useValuesOf(
  variable: Variable,
  { variables, chosen }: { variables: readonly Variable[]; chosen: Chosen },
) {
  const { source } = variable;
  const listed = 'values' in source ? source.values : undefined;
  const { stepMs } = gridOf({ from: 0, to: 3_600_000 }, 600);
  // A variable may depend on others, and never on itself.
  const others = variables.filter(({ name }) => name !== variable.name);
  const selector = 'label' in source ? filledIn(source.selector, { variables: others, chosen, stepMs }) : '';
  const query = useQuery({
    ...labelValuesQuery('label' in source ? source.label : '', selector),
    enabled: listed === undefined,
  });
  return { values: listed ?? query.data ?? [], error: query.error };
}

function VariableField({
  variable,
  variables,
  chosen,
  onChoose,
}: {
  variable: Variable;
  variables: readonly Variable[];
  chosen: Chosen;
  onChoose: (values: string[]) => void;
}) {
  const { values, error } = useValuesOf(variable, { variables, chosen });
  const present = chosen[variable.name] ?? [];
  // What is chosen stays choosable, also when nothing has that value any more.
  const data = [...new Set([...values, ...present])].filter((value) => value !== '');
  const shared = {
    size: 'xs' as const,
    label: variable.title === '' ? variable.name : variable.title,
    data,
    searchable: true,
    limit: most,
    error: error === null ? undefined : explain(error).title,
    className: classes['variable'] ?? '',
  };
  return variable.multiple ? (
    <MultiSelect
      {...shared}
      placeholder={present.length === 0 ? 'all' : ''}
      value={[...present]}
      onChange={onChoose}
      clearable
      clearButtonProps={{ 'aria-label': `All of ${shared.label}` }}
    />
  ) : (
    <Select
      {...shared}
      placeholder="choose one"
      value={present[0] ?? null}
      onChange={(value) => onChoose(value === null ? [] : [value])}
    />
  );
}

/** What a dashboard asks about; the choice is in the address. */
export function VariableBar({
  variables,
  chosen,
  onChoose,
}: {
  variables: readonly Variable[];
  chosen: Chosen;
  onChoose: (chosen: Chosen) => void;
}) {
  if (variables.length === 0) return null;
  return (
    <div className={classes['variables']} role="group" aria-label="Variables">
      {variables.map((variable) => (
        <VariableField
          key={variable.name}
          variable={variable}
          variables={variables}
          chosen={chosen}
          onChoose={(values) => onChoose({ ...chosen, [variable.name]: values })}
        />
      ))}
    </div>
  );
}
