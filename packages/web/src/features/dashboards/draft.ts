import { dashboardInput, type DashboardInput, type DashboardView, type PanelView } from '@custos/contract';
import { bottomOf, freshId } from './layout.ts';

export function inputOf({ name, description, shared, variables, panels }: DashboardView): DashboardInput {
  return { name, description, shared, variables, panels };
}

export const emptyDashboard: DashboardInput = {
  name: '',
  description: '',
  shared: true,
  variables: [],
  panels: [],
};

const sizes: Readonly<Record<PanelView['kind'], readonly [number, number]>> = {
  chart: [6, 8],
  figure: [3, 4],
  table: [6, 8],
  logs: [12, 8],
  text: [6, 4],
};

/** A new panel below all others. */
export function newPanel(kind: PanelView['kind'], panels: readonly PanelView[]): PanelView {
  const [width, height] = sizes[kind];
  const asks = kind === 'chart' || kind === 'figure' || kind === 'table';
  return {
    id: freshId(panels),
    title: '',
    kind,
    queries: asks ? [{ expression: '', legend: '' }] : [],
    search: '',
    text: '',
    unit: 'none',
    stacked: false,
    min: null,
    max: null,
    thresholds: [],
    x: 0,
    y: bottomOf(panels),
    width,
    height,
  };
}

export type Imported = { readonly dashboard: DashboardInput } | { readonly fault: string };

/** Reads a dashboard that was copied as JSON, and says where it is wrong. */
export function readImport(text: string): Imported {
  let given: unknown;
  try {
    given = JSON.parse(text);
  } catch (error) {
    return { fault: `This is not JSON: ${error instanceof Error ? error.message : 'it cannot be read'}.` };
  }
  const parsed = dashboardInput.safeParse(given);
  if (parsed.success) return { dashboard: parsed.data };
  const issue = parsed.error.issues[0];
  const isForeign = typeof given === 'object' && given !== null && 'schemaVersion' in given;
  if (isForeign)
    return {
      fault: 'This is a dashboard of Grafana; only dashboards that were copied from Custos are read.',
    };
  return { fault: `${issue?.path.join('.') ?? ''} ${issue?.message ?? 'is not right'}`.trim() };
}
