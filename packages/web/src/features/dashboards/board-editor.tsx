import type { DashboardInput, DashboardView, PanelView } from '@custos/contract';
import { Button, Menu } from '@mantine/core';
import { IconPlus, IconSettings } from '@tabler/icons-react';
import { useQueryClient } from '@tanstack/react-query';
import { useBlocker } from '@tanstack/react-router';
import { useState } from 'react';
import { keys } from '../../data/keys.ts';
import { fieldErrors, formError } from '../../data/problem.ts';
import { FormProblem } from '../../ui/form-problem.tsx';
import { count } from '../../ui/format.ts';
import { Page } from '../../ui/page.tsx';
import { Empty } from '../../ui/states.tsx';
import classes from './dashboards.module.css';
import { inputOf, newPanel } from './draft.ts';
import { kindTitles, PanelEditor } from './edit/panel-editor.tsx';
import { SettingsEditor } from './edit/settings-editor.tsx';
import { BoardGrid } from './grid/board-grid.tsx';
import { moved } from './layout.ts';
import { useSaveDashboard } from './queries.ts';
import { TimeRange } from './time-range.tsx';
import { useBoard } from './use-board.ts';
import { VariableBar } from './variable-bar.tsx';

const mostPanels = 60;

/** Expressions that were begun and not written are not kept. */
function withoutEmpty(draft: DashboardInput): DashboardInput {
  return {
    ...draft,
    panels: draft.panels.map((panel) => ({
      ...panel,
      queries: panel.queries.filter(({ expression }) => expression !== ''),
    })),
  };
}

/** A dashboard as one changes it; nothing is kept before it is saved. */
export function BoardEditor({ dashboard }: { dashboard: DashboardView }) {
  // What is being changed is what was seen first: a later version is for the server to find out.
  const [seen] = useState(dashboard);
  const [draft, setDraft] = useState(() => inputOf(dashboard));
  const { search, show, window: time, again, chosen, board } = useBoard(draft.variables);
  const cache = useQueryClient();
  const save = useSaveDashboard(seen.id);
  const errors = fieldErrors(save.error);
  const isChanged = JSON.stringify(draft) !== JSON.stringify(inputOf(seen));
  const change = (part: Partial<DashboardInput>): void => setDraft((now) => ({ ...now, ...part }));
  const changePanels = (panels: PanelView[]): void => change({ panels });
  const panel = draft.panels.find(({ id }) => id === search.panel);
  const close = (): void => show({ panel: undefined });
  const leave = (): void => {
    // What others have done to it meanwhile is to be seen now.
    void cache.invalidateQueries({ queryKey: keys.one('dashboards', seen.id) });
    show({ edit: undefined, panel: undefined });
  };

  useBlocker({
    shouldBlockFn: ({ current, next }) =>
      isChanged &&
      current.pathname !== next.pathname &&
      !window.confirm('Leave without saving what you have changed?'),
    enableBeforeUnload: isChanged,
  });

  return (
    <Page title={draft.name} lead={draft.description === '' ? undefined : draft.description}>
      <TimeRange search={search} window={time} onShow={show} onAgain={again} />
      <div className={classes['bar']} role="toolbar" aria-label="Changing the dashboard">
        <Menu position="bottom-start" disabled={draft.panels.length >= mostPanels}>
          <Menu.Target>
            <Button variant="default" size="xs" leftSection={<IconPlus size={14} />}>
              Add a panel
            </Button>
          </Menu.Target>
          <Menu.Dropdown>
            {Object.entries(kindTitles).map(([kind, title]) => (
              <Menu.Item
                key={kind}
                onClick={() => {
                  const made = newPanel(kind as PanelView['kind'], draft.panels);
                  changePanels([...draft.panels, made]);
                  show({ panel: made.id });
                }}
              >
                {title}
              </Menu.Item>
            ))}
          </Menu.Dropdown>
        </Menu>
        <Button
          variant="default"
          size="xs"
          leftSection={<IconSettings size={14} />}
          onClick={() => show({ panel: 'about' })}
        >
          Name and variables
        </Button>
        <span className={classes['space']} />
        <span className="quiet">{isChanged ? 'Not saved yet' : count(draft.panels.length, 'panel')}</span>
        <Button variant="subtle" color="gray" size="xs" onClick={leave}>
          {isChanged ? 'Discard' : 'Close'}
        </Button>
        <Button
          size="xs"
          loading={save.isPending}
          disabled={!isChanged}
          onClick={() =>
            save.mutate({ ...withoutEmpty(draft), basedOn: seen.updatedAt }, { onSuccess: leave })
          }
        >
          Save
        </Button>
      </div>
      <FormProblem problem={formError(save.error, [])} />
      <VariableBar variables={draft.variables} chosen={chosen} onChoose={(vars) => show({ vars })} />
      {draft.panels.length === 0 ? (
        <Empty title="Nothing is on it yet">Add the first panel above.</Empty>
      ) : (
        <BoardGrid
          panels={draft.panels}
          board={board}
          onChange={changePanels}
          onEdit={(id) => show({ panel: id })}
        />
      )}
      {panel === undefined ? null : (
        <PanelEditor
          key={panel.id}
          panel={panel}
          board={board}
          onChange={(next) => changePanels(draft.panels.map((each) => (each.id === next.id ? next : each)))}
          onPlace={(place) => changePanels(moved(draft.panels, panel.id, place))}
          onClose={close}
        />
      )}
      {search.panel === 'about' ? (
        <SettingsEditor draft={draft} errors={errors} mayHide={seen.own} onChange={change} onClose={close} />
      ) : null}
    </Page>
  );
}
