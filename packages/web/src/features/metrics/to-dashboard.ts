import type { DashboardInput, PanelView } from '@custos/contract';
import type { Unit } from '../../ui/units.ts';

/** What the page shows, to be kept as a panel. */
export interface Shown {
  readonly expressions: readonly string[];
  readonly unit: Unit;
  readonly stacked: boolean;
}

/** What a panel and a dashboard can hold. */
const mostQueries = 10;
const mostPanels = 60;
const longestTitle = 120;

export function isFullBoard({ panels }: { readonly panels: number }): boolean {
  return panels >= mostPanels;
}

/** The panels with one more below them that draws what is shown, over the whole width. */
export function withChart(panels: readonly PanelView[], { expressions, unit, stacked }: Shown): PanelView[] {
  const taken = new Set(panels.map(({ id }) => id));
  let number = panels.length + 1;
  while (taken.has(`p${number}`)) number += 1;
  return [
    ...panels,
    {
      id: `p${number}`,
      title: (expressions[0] ?? '').replaceAll(/\s+/g, ' ').slice(0, longestTitle),
      kind: 'chart',
      queries: expressions.slice(0, mostQueries).map((expression) => ({ expression, legend: '' })),
      search: '',
      text: '',
      unit,
      stacked,
      min: null,
      max: null,
      thresholds: [],
      x: 0,
      y: panels.reduce((bottom, { y, height }) => Math.max(bottom, y + height), 0),
      width: 12,
      height: 8,
    },
  ];
}

/** A dashboard of one's own that has nothing but what is shown. */
export function boardOf(shown: Shown, name: string): DashboardInput {
  return { name, description: '', shared: false, variables: [], panels: withChart([], shown) };
}
