import type { DashboardInput, PanelView } from '@custos/contract';

type Query = PanelView['queries'][number];
type Variable = DashboardInput['variables'][number];

/** A panel as it is written here: what is left out is the usual. */
type PanelDraft = Partial<Omit<PanelView, 'queries'>> &
  Pick<PanelView, 'title'> & {
    readonly queries?: readonly (readonly [expression: string, legend?: string])[];
  };

const usual: Omit<PanelView, 'id' | 'title'> = {
  kind: 'chart',
  queries: [],
  search: '',
  text: '',
  unit: 'none',
  stacked: false,
  min: null,
  max: null,
  thresholds: [],
  x: 0,
  y: 0,
  width: 6,
  height: 8,
};

const queryOf = ([expression, legend = '']: readonly [string, string?]): Query => ({ expression, legend });

/** Panels in rows, each row as high as its highest panel. */
export function rows(...drafts: readonly (readonly PanelDraft[])[]): PanelView[] {
  const panels: PanelView[] = [];
  let y = 0;
  for (const row of drafts) {
    let x = 0;
    for (const { queries = [], ...draft } of row) {
      const panel = { ...usual, ...draft, id: `p${panels.length + 1}`, x, y, queries: queries.map(queryOf) };
      panels.push(panel);
      x += panel.width;
    }
    y += Math.max(...row.map(({ height = usual.height }) => height));
  }
  return panels;
}

/** A figure: one number, a quarter of the width. */
export const figure = (draft: PanelDraft): PanelDraft => ({ kind: 'figure', width: 3, height: 4, ...draft });

/** A variable over the values of a label. */
export const overLabel = ({
  name,
  title,
  label = name,
  selector,
}: {
  readonly name: string;
  readonly title: string;
  readonly label?: string;
  readonly selector: string;
}): Variable => ({ name, title, source: { label, selector }, multiple: true, default: [] });
