import { MultiSelect, NumberInput, Select } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { channelsQuery, servicesQuery, useCan } from '../../../data/queries.ts';
import { DurationField } from '../../../ui/form/duration-field.tsx';
import { PairsField } from '../../../ui/form/pairs-field.tsx';
import classes from '../../../ui/form.module.css';
import type { Draft } from './draft.ts';

interface Props {
  draft: Draft;
  errors: Readonly<Record<string, string>>;
  change: (part: Partial<Draft>) => void;
  disabled: boolean;
}

/** What every probe has: how often, when it counts as down, where it belongs, whom it tells. */
export function CommonFields({ draft, errors, change, disabled }: Props) {
  const services = useQuery(servicesQuery).data?.items ?? [];
  const canSeeChannels = useCan('channel.read');
  const channels = useQuery({ ...channelsQuery, enabled: canSeeChannels }).data?.items ?? [];
  return (
    <>
      <fieldset className={classes['group']} disabled={disabled}>
        <legend>When</legend>
        <div className={classes['row']}>
          <DurationField
            label="Check every"
            description="One second is the shortest."
            value={draft.intervalMs}
            error={errors['intervalMs']}
            onChange={(ms) => change({ intervalMs: ms ?? 30_000 })}
          />
          <DurationField
            label="Wait for an answer"
            description="Longer than this is a failure."
            value={draft.timeoutMs}
            error={errors['timeoutMs']}
            onChange={(ms) => change({ timeoutMs: ms ?? 10_000 })}
          />
        </div>
        <div className={classes['row']}>
          <NumberInput
            label="Down after this many failures"
            description="One slip wakes nobody with 2 or more."
            min={1}
            max={20}
            value={draft.failureCount}
            error={errors['failureCount']}
            onChange={(value) => {
              const failureCount = Math.max(1, Number(value) || 1);
              change({ failureCount, failureWindow: Math.max(failureCount, draft.failureWindow) });
            }}
          />
          <NumberInput
            label="Among the last checks"
            description="Such as 3 failures among the last 5."
            min={draft.failureCount}
            max={20}
            value={draft.failureWindow}
            error={errors['failureWindow']}
            onChange={(value) => change({ failureWindow: Number(value) || draft.failureCount })}
          />
        </div>
        <div className={classes['row']}>
          <DurationField
            label="Degraded when slower than"
            description="Empty for no budget."
            nullable
            value={draft.latencyBudgetMs}
            error={errors['latencyBudgetMs']}
            onChange={(latencyBudgetMs) => change({ latencyBudgetMs })}
          />
          <NumberInput
            label="Tries again within a check"
            description="Before the check counts as failed."
            min={0}
            max={5}
            value={draft.retries}
            error={errors['retries']}
            onChange={(value) => change({ retries: Number(value) || 0 })}
          />
        </div>
      </fieldset>
      <fieldset className={classes['group']} disabled={disabled}>
        <legend>Where it belongs</legend>
        <Select
          label="Service"
          description="Its importance decides how grave an alert is."
          placeholder="none"
          clearable
          searchable
          data={services.map(({ id, name }) => ({ value: id, label: name }))}
          value={draft.serviceId}
          error={errors['serviceId']}
          onChange={(serviceId) => change({ serviceId })}
        />
        {canSeeChannels ? (
          <MultiSelect
            label="Channels"
            description="Empty for the ones of the rule, or the default ones."
            placeholder={draft.channelIds.length === 0 ? 'default' : ''}
            data={channels.map(({ id, name }) => ({ value: id, label: name }))}
            value={[...draft.channelIds]}
            error={errors['channelIds']}
            onChange={(channelIds) => change({ channelIds })}
          />
        ) : null}
        <PairsField
          label="Labels"
          description="Rules can choose by them; messages carry them."
          value={draft.labels}
          error={errors['labels']}
          nameHint="team"
          valueHint="shop"
          onChange={(labels) => change({ labels })}
        />
      </fieldset>
    </>
  );
}
