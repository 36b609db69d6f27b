import type { DashboardInput } from '@custos/contract';
import { invalidInput, type FieldFault } from '../../base/errors.ts';

const columns = 12;
/** Of the panels' and variables' JSON, in UTF-8. */
const contentLimitBytes = 262_144;

function repeated(values: readonly string[]): number {
  return values.findIndex((value, index) => values.indexOf(value) !== index);
}

/** What the schema cannot say of a dashboard. Raises `invalid_input` with every fault. */
export function checkDashboard({ name, panels, variables }: DashboardInput): void {
  const faults: FieldFault[] = [];
  if (!name.isWellFormed()) faults.push({ field: 'name', message: 'must be text in Unicode' });
  panels.forEach((panel, index) => {
    if (panel.x + panel.width > columns)
      faults.push({
        field: `panels.${index}.width`,
        message: `must be at most ${columns - panel.x}, so that the panel ends on the grid of ${columns} columns`,
      });
    if (panel.min !== null && panel.max !== null && panel.min >= panel.max)
      faults.push({ field: `panels.${index}.max`, message: 'must be above min' });
  });
  const samePanel = repeated(panels.map(({ id }) => id));
  if (samePanel >= 0)
    faults.push({ field: `panels.${samePanel}.id`, message: 'must differ from the ids of the other panels' });
  const sameVariable = repeated(variables.map((variable) => variable.name));
  if (sameVariable >= 0)
    faults.push({
      field: `variables.${sameVariable}.name`,
      message: 'must differ from the names of the other variables',
    });
  if (Buffer.byteLength(JSON.stringify({ panels, variables }), 'utf8') > contentLimitBytes)
    faults.push({ field: 'panels', message: `must be at most ${contentLimitBytes} bytes of JSON together` });
  if (faults.length > 0) throw invalidInput(faults);
}
