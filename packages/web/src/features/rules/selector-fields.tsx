import { criticality as criticalitySchema, probeKindName, type RuleSelector } from '@custos/contract';
import { MultiSelect } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { probesQuery, servicesQuery } from '../../data/queries.ts';
import { PairsField } from '../../ui/form/pairs-field.tsx';
import classes from '../../ui/form.module.css';

/** Which probes a rule looks at; what is left empty means any. */
export function SelectorFields({
  selector,
  errors,
  disabled,
  onChange,
}: {
  selector: RuleSelector;
  errors: Readonly<Record<string, string>>;
  disabled: boolean;
  onChange: (selector: RuleSelector) => void;
}) {
  const probes = useQuery(probesQuery).data?.items ?? [];
  const services = useQuery(servicesQuery).data?.items ?? [];
  const change = (part: Partial<RuleSelector>): void => onChange({ ...selector, ...part });
  const any = (list: readonly unknown[]): string => (list.length === 0 ? 'any' : '');
  return (
    <fieldset className={classes['group']} disabled={disabled}>
      <legend>For which probes</legend>
      <MultiSelect
        label="Services"
        searchable
        placeholder={any(selector.serviceIds)}
        data={services.map(({ id, name }) => ({ value: id, label: name }))}
        value={selector.serviceIds}
        error={errors['selector.serviceIds']}
        onChange={(serviceIds) => change({ serviceIds })}
      />
      <MultiSelect
        label="Probes"
        searchable
        limit={50}
        placeholder={any(selector.probeIds)}
        data={probes.map(({ id, name }) => ({ value: id, label: name }))}
        value={selector.probeIds}
        error={errors['selector.probeIds']}
        onChange={(probeIds) => change({ probeIds })}
      />
      <div className={classes['row']}>
        <MultiSelect
          label="Kinds"
          placeholder={any(selector.kinds)}
          data={[...probeKindName.options]}
          value={selector.kinds}
          onChange={(kinds) =>
            change({ kinds: probeKindName.options.filter((each) => kinds.includes(each)) })
          }
        />
        <MultiSelect
          label="Importance"
          placeholder={any(selector.criticalities)}
          data={[...criticalitySchema.options]}
          value={selector.criticalities}
          onChange={(chosen) =>
            change({ criticalities: criticalitySchema.options.filter((each) => chosen.includes(each)) })
          }
        />
      </div>
      <PairsField
        label="Labels"
        value={selector.labels}
        error={errors['selector.labels']}
        onChange={(labels) => change({ labels })}
      />
    </fieldset>
  );
}
