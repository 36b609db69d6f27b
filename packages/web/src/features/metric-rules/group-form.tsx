import type { MetricRuleGroupView } from '@custos/contract';
import { Checkbox, FileInput } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { useQuery } from '@tanstack/react-query';
import { useMemo, useState, type FormEvent } from 'react';
import { explain, fieldErrors, formError } from '../../data/problem.ts';
import { useCan } from '../../data/queries.ts';
import { ChannelsField } from '../../rule-parts/channels-field.tsx';
import { CodeArea } from '../../ui/code/lazy-editor.tsx';
import { ConfirmButton } from '../../ui/confirm.tsx';
import { SaveBar } from '../../ui/form/save-bar.tsx';
import form from '../../ui/form.module.css';
import { count } from '../../ui/format.ts';
import { ReadOnlyNote } from '../../ui/read-only-note.tsx';
import { expressionAt } from './expression-at.ts';
import classes from './metric-rules.module.css';
import { ruleFileOf } from './rule-file.ts';
import { checkQuery, useRemoveGroup, useSaveGroup } from './queries.ts';
import { RuleChart } from './rule-chart.tsx';

const example = `groups:
  - name: shop
    interval: 30s
    rules:
      - alert: ManyErrors
        expr: sum by (job) (rate(http_requests_total{code=~"5.."}[5m])) > 1
        for: 5m
        labels:
          severity: critical
        annotations:
          summary: '{{ $labels.job }} answers {{ $value }} errors a second'
`;

/** What the server says of a text, a moment after the last key. */
function Check({ source, onLine }: { source: string; onLine: number }) {
  const [settled] = useDebouncedValue(source, 400);
  const check = useQuery(checkQuery(settled));
  const expression = expressionAt(settled, onLine);
  return (
    <>
      <div className={classes['check']} role="status">
        {settled.trim() === '' ? (
          <span className="faint">Nothing is written yet.</span>
        ) : check.error !== null ? (
          <span>It could not be checked. {explain(check.error).detail}</span>
        ) : check.data === undefined ? (
          <span className="faint">Checking…</span>
        ) : check.data.faults.length === 0 ? (
          <span data-good>
            {count(check.data.groups, 'group')} with {count(check.data.rules, 'rule')}, nothing wrong with
            them.
          </span>
        ) : (
          <ul>
            {check.data.faults.map(({ line, group, rule, message }) => (
              <li key={`${line ?? ''}${group}${rule}${message}`}>
                <strong>{line === null ? 'The file' : `Line ${line}`}</strong>
                {rule === '' ? '' : `, ${rule}`}: {message}
              </li>
            ))}
          </ul>
        )}
      </div>
      {expression === null || check.data?.faults.length !== 0 ? null : (
        <figure className={classes['preview']}>
          <figcaption>
            <span className="quiet">The last hour of</span> <code>{expression}</code>
          </figcaption>
          <RuleChart expression={expression} />
        </figure>
      )}
    </>
  );
}

/** Groups in the notation of rule files: written here, or taken from a file. */
export function GroupForm({
  group,
  expression,
  onDone,
}: {
  group?: MetricRuleGroupView;
  /** What the first rule of new ones asks. */
  expression?: string | undefined;
  onDone: () => void;
}) {
  const [source, setSource] = useState(
    group?.source ?? (expression === undefined ? example : ruleFileOf(expression)),
  );
  const [channelIds, setChannelIds] = useState<readonly string[]>(group?.channelIds ?? []);
  const [enabled, setEnabled] = useState(group?.enabled ?? true);
  const [line, setLine] = useState(1);
  const save = useSaveGroup(group?.id);
  const remove = useRemoveGroup();
  const mayEdit = useCan('rule.edit');
  const [settled] = useDebouncedValue(source, 400);
  const found = useQuery({ ...checkQuery(settled), enabled: mayEdit && settled.trim() !== '' }).data?.faults;
  const faults = useMemo(() => found ?? [], [found]);
  const readOnly = !mayEdit || (group !== undefined && group.origin !== 'dashboard');
  const error = fieldErrors(save.error)['source'];

  function submit(event: FormEvent): void {
    event.preventDefault();
    save.mutate({ source, channelIds: [...channelIds], enabled }, { onSuccess: onDone });
  }
  return (
    <form className={form['form']} onSubmit={submit} noValidate>
      {group !== undefined && group.origin !== 'dashboard' ? <ReadOnlyNote what="group" /> : null}
      {readOnly || group !== undefined ? null : (
        <FileInput
          label="From a rule file"
          placeholder="Choose a .yml file of Prometheus"
          accept=".yml,.yaml"
          onChange={(file) => void file?.text().then(setSource)}
        />
      )}
      <div className={classes['editor']}>
        <CodeArea
          label="Rules"
          value={source}
          faults={readOnly ? [] : faults}
          readOnly={readOnly}
          onChange={setSource}
          onLine={setLine}
        />
        {error === undefined ? null : (
          <p className={classes['fault']} role="alert">
            {error}
          </p>
        )}
      </div>
      {mayEdit ? <Check source={source} onLine={line} /> : null}
      <fieldset className={form['group']} disabled={readOnly}>
        <ChannelsField value={channelIds} onChange={setChannelIds} />
        <Checkbox
          size="xs"
          label="Evaluate these rules"
          description="Switched off, they open no alerts, and what they record has a gap."
          checked={enabled}
          onChange={(event) => setEnabled(event.currentTarget.checked)}
        />
      </fieldset>
      {readOnly ? null : (
        <SaveBar
          problem={formError(save.error, ['source'])}
          saving={save.isPending}
          save={group === undefined ? 'Add the rules' : 'Save'}
          onCancel={onDone}
        >
          {group === undefined ? null : (
            <ConfirmButton
              label="Delete"
              title={`Delete ${group.name}?`}
              confirm="Delete the group"
              loading={remove.isPending}
              onConfirm={() => remove.mutate(group.id, { onSuccess: onDone })}
            >
              {count(group.rules.length, 'rule')} {group.rules.length === 1 ? 'is' : 'are'} no longer
              evaluated, and open alerts of {group.rules.length === 1 ? 'it' : 'them'} end.
            </ConfirmButton>
          )}
        </SaveBar>
      )}
    </form>
  );
}
