import type { PanelView } from '@custos/contract';
import { Button, Checkbox, NumberInput, Select, Textarea, TextInput } from '@mantine/core';
import classes from '../../../ui/form.module.css';
import { Panel } from '../../../ui/panel.tsx';
import { unitTitles } from '../../../ui/units.ts';
import { within, type Place } from '../layout.ts';
import type { BoardContext } from '../panels/context.ts';
import { PanelBody } from '../panels/panel-body.tsx';
import own from './edit.module.css';
import { QueryFields } from './query-fields.tsx';
import { ThresholdFields } from './threshold-fields.tsx';

export const kindTitles: Readonly<Record<PanelView['kind'], string>> = {
  chart: 'Chart: lines over time',
  figure: 'Figure: one number',
  table: 'Table: each series with its value',
  logs: 'Logs: the newest records of a search',
  text: 'Text',
};

const previewPx = 190;

function numberOrNull(value: number | string): number | null {
  return value === '' || Number.isNaN(Number(value)) ? null : Number(value);
}

/** How values are written, and what they may be. */
function ScaleFields({ panel, change }: { panel: PanelView; change: (part: Partial<PanelView>) => void }) {
  return (
    <>
      <Select
        label="Unit"
        allowDeselect={false}
        data={Object.entries(unitTitles).map(([value, label]) => ({ value, label }))}
        value={panel.unit}
        onChange={(unit) => change({ unit: (unit ?? 'none') as PanelView['unit'] })}
      />
      {panel.kind === 'chart' ? (
        <>
          <Checkbox
            size="xs"
            label="Stacked: each line on those before it"
            checked={panel.stacked}
            onChange={(event) => change({ stacked: event.currentTarget.checked })}
          />
          <div className={classes['row']}>
            <NumberInput
              label="Scale from"
              placeholder="as the values are"
              value={panel.min ?? ''}
              onChange={(value) => change({ min: numberOrNull(value) })}
            />
            <NumberInput
              label="Scale to"
              placeholder="as the values are"
              value={panel.max ?? ''}
              onChange={(value) => change({ max: numberOrNull(value) })}
            />
          </div>
        </>
      ) : null}
      {panel.kind === 'table' ? null : (
        <ThresholdFields thresholds={panel.thresholds} onChange={(thresholds) => change({ thresholds })} />
      )}
    </>
  );
}

const sides = [
  ['x', 'Column', 1],
  ['y', 'Row', 1],
  ['width', 'Columns wide', 0],
  ['height', 'Rows high', 0],
] as const;

/** Changes one panel beside the dashboard, with a look at it as it will be. */
export function PanelEditor({
  panel,
  board,
  onChange,
  onPlace,
  onClose,
}: {
  panel: PanelView;
  board: BoardContext;
  onChange: (panel: PanelView) => void;
  onPlace: (place: Place) => void;
  onClose: () => void;
}) {
  const change = (part: Partial<PanelView>): void => onChange({ ...panel, ...part });
  const asks = panel.kind === 'chart' || panel.kind === 'figure' || panel.kind === 'table';
  return (
    <Panel
      title={panel.title === '' ? 'Panel' : panel.title}
      onClose={onClose}
      actions={
        <Button size="xs" onClick={onClose}>
          Done
        </Button>
      }
    >
      <div className={classes['form']}>
        <div className={own['preview']} style={{ minHeight: previewPx }} aria-label="Preview" role="group">
          <PanelBody panel={panel} board={board} height={previewPx} />
        </div>
        <TextInput
          label="Title"
          maxLength={120}
          value={panel.title}
          onChange={(event) => change({ title: event.currentTarget.value })}
        />
        <Select
          label="Kind"
          allowDeselect={false}
          data={Object.entries(kindTitles).map(([value, label]) => ({ value, label }))}
          value={panel.kind}
          onChange={(kind) => change({ kind: (kind ?? 'chart') as PanelView['kind'] })}
        />
        {asks ? <QueryFields queries={panel.queries} onChange={(queries) => change({ queries })} /> : null}
        {asks ? <ScaleFields panel={panel} change={change} /> : null}
        {panel.kind === 'logs' ? (
          <TextInput
            label="Search"
            description="As in the box of the logs page."
            placeholder={'level:error service:api "payment failed"'}
            value={panel.search}
            onChange={(event) => change({ search: event.currentTarget.value })}
          />
        ) : null}
        {panel.kind === 'text' ? (
          <Textarea
            label="Text"
            autosize
            minRows={4}
            maxLength={5000}
            value={panel.text}
            onChange={(event) => change({ text: event.currentTarget.value })}
          />
        ) : null}
        <fieldset className={classes['group']}>
          <legend>Place</legend>
          <div className={own['place']}>
            {sides.map(([side, label, from]) => (
              <NumberInput
                key={side}
                size="xs"
                label={label}
                min={from}
                allowDecimal={false}
                value={panel[side] + from}
                onChange={(value) => {
                  if (value !== '') onPlace(within({ ...panel, [side]: Number(value) - from }));
                }}
              />
            ))}
          </div>
        </fieldset>
      </div>
    </Panel>
  );
}
