import type { PanelView } from '@custos/contract';
import { ActionIcon, Button, Input, NumberInput, Select } from '@mantine/core';
import { IconPlus, IconTrash } from '@tabler/icons-react';
import own from './edit.module.css';

type Threshold = PanelView['thresholds'][number];
const most = 10;

/** Values from which on somebody should look, drawn as lines; a figure then says so in a word. */
export function ThresholdFields({
  thresholds,
  onChange,
}: {
  thresholds: readonly Threshold[];
  onChange: (thresholds: Threshold[]) => void;
}) {
  const change = (index: number, part: Partial<Threshold>): void =>
    onChange(thresholds.map((each, at) => (at === index ? { ...each, ...part } : each)));
  return (
    <Input.Wrapper label="Thresholds" description="Drawn as lines; a figure says when it has reached one.">
      <div className={own['thresholds']}>
        {thresholds.map(({ value, level }, index) => (
          // Thresholds have no name but their place.
          <div key={`${index}/${thresholds.length}`} className={own['threshold']}>
            <NumberInput
              size="xs"
              aria-label={`Threshold ${index + 1}`}
              value={value}
              onChange={(next) => change(index, { value: Number(next) })}
            />
            <Select
              size="xs"
              aria-label={`Level of threshold ${index + 1}`}
              allowDeselect={false}
              data={[
                { value: 'warning', label: 'high' },
                { value: 'critical', label: 'critical' },
              ]}
              value={level}
              onChange={(next) => change(index, { level: next === 'critical' ? 'critical' : 'warning' })}
            />
            <ActionIcon
              variant="subtle"
              color="gray"
              aria-label={`Remove threshold ${index + 1}`}
              onClick={() => onChange(thresholds.filter((_, at) => at !== index))}
            >
              <IconTrash size={15} stroke={1.6} />
            </ActionIcon>
          </div>
        ))}
        {thresholds.length < most ? (
          <Button
            variant="subtle"
            size="compact-xs"
            leftSection={<IconPlus size={14} />}
            onClick={() => onChange([...thresholds, { value: 0, level: 'warning' }])}
          >
            Add a threshold
          </Button>
        ) : null}
      </div>
    </Input.Wrapper>
  );
}
