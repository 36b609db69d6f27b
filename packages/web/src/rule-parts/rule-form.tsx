import type { RuleView } from '@custos/contract';
import type { FormEvent, ReactNode } from 'react';
import { useCan } from '../data/queries.ts';
import { ConfirmButton } from '../ui/confirm.tsx';
import { SaveBar } from '../ui/form/save-bar.tsx';
import classes from '../ui/form.module.css';
import { ReadOnlyNote } from '../ui/read-only-note.tsx';
import { EvaluationFault } from './evaluation-fault.tsx';

type Rule = Pick<RuleView, 'name' | 'origin' | 'lastError'>;

/**
 * What the form of a rule has around its fields: why it cannot be changed, how its last evaluation went, saving
 * and deleting it.
 */
export function RuleForm({
  rule,
  problem,
  saving,
  removing,
  consequence,
  after,
  children,
  onSave,
  onRemove,
  onDone,
}: {
  /** None while it is made. */
  rule: Rule | undefined;
  problem: Parameters<typeof SaveBar>[0]['problem'];
  saving: boolean;
  removing: boolean;
  /** What happens when it is deleted. */
  consequence: ReactNode;
  /** What stands below, also when it cannot be changed. */
  after?: ReactNode;
  /** Its fields, given whether they can be changed. */
  children: (readOnly: boolean) => ReactNode;
  onSave: () => void;
  onRemove: () => void;
  onDone: () => void;
}) {
  const mayEdit = useCan('rule.edit');
  const isFromFile = rule?.origin === 'configuration';
  const readOnly = !mayEdit || isFromFile;

  function submit(event: FormEvent): void {
    event.preventDefault();
    onSave();
  }

  return (
    <form className={classes['form']} onSubmit={submit} noValidate>
      {readOnly ? <ReadOnlyNote what="rule" permission={isFromFile ? undefined : 'rule.edit'} /> : null}
      <EvaluationFault error={rule?.lastError ?? null} />
      {children(readOnly)}
      {readOnly ? null : (
        <SaveBar
          problem={problem}
          saving={saving}
          save={rule === undefined ? 'Add the rule' : 'Save'}
          onCancel={onDone}
        >
          {rule?.origin !== 'dashboard' ? null : (
            <ConfirmButton
              label="Delete"
              title={`Delete ${rule.name}?`}
              confirm="Delete the rule"
              loading={removing}
              onConfirm={onRemove}
            >
              {consequence}
            </ConfirmButton>
          )}
        </SaveBar>
      )}
      {after}
    </form>
  );
}
