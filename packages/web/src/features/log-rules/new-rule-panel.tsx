import { Panel } from '../../ui/panel.tsx';
import { newDraft } from './draft.ts';
import { LogRuleForm } from './rule-form.tsx';

/** Makes a rule of a search. */
export function NewRulePanel({ query, onClose }: { query: string; onClose: () => void }) {
  return (
    <Panel title="Add a rule on logs" onClose={onClose}>
      <LogRuleForm key={query} initial={newDraft(query)} onDone={onClose} />
    </Panel>
  );
}
