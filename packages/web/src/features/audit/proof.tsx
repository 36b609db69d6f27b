import type { AuditEventDetail } from '@custos/contract';
import { Button, TextInput } from '@mantine/core';
import {
  IconAlertTriangle,
  IconCircleCheck,
  IconCircleDashed,
  IconCircleX,
  IconHelpCircle,
  IconLoader2,
  IconShieldCheck,
  IconShieldX,
  type Icon,
} from '@tabler/icons-react';
import { useState } from 'react';
import { Section } from '../../ui/page.tsx';
import { saveFile } from '../../data/files.ts';
import classes from './proof.module.css';
import { forgetLog } from './remembered.ts';
import { useVerification, type Verification } from './use-verification.ts';
import { stepTitles, verdictOf, type Step, type StepState } from './verdict.ts';

const stepLooks: Readonly<Record<StepState, readonly [Icon, string]>> = {
  running: [IconLoader2, 'Running'],
  passed: [IconCircleCheck, 'Passed'],
  failed: [IconCircleX, 'Failed'],
  unknown: [IconHelpCircle, 'Could not be checked'],
  absent: [IconCircleDashed, 'Nothing to check'],
};

const verdicts = {
  verified: [
    IconShieldCheck,
    'Verified',
    'This event is in the log, byte for byte as it was recorded. Your browser computed that; it did not take the server’s word.',
  ],
  failed: [
    IconShieldX,
    'Does not verify',
    'What the server shows contradicts what the log signed. Do not rely on this event. Keep this page and tell whoever answers for the ledger.',
  ],
  unknown: [
    IconAlertTriangle,
    'Could not be verified',
    'Nothing contradicts the event, and something could not be checked, so nothing is proven.',
  ],
} as const;

function StepLine({ step }: { step: Step }) {
  const [StateIcon, word] = stepLooks[step.state];
  return (
    <li className={classes['step']} data-state={step.state}>
      <StateIcon
        size={18}
        stroke={1.8}
        aria-hidden="true"
        className={step.state === 'running' ? (classes['turn'] ?? '') : ''}
      />
      <div>
        <strong>{stepTitles[step.name]}</strong>
        <span className="visually-hidden">: {word}</span>
        {step.text === '' ? null : <p>{step.text}</p>}
        {step.values === undefined ? null : (
          <dl>
            {step.values.map(([name, value]) => (
              <div key={name}>
                <dt>{name}</dt>
                <dd>{value}</dd>
              </div>
            ))}
          </dl>
        )}
      </div>
    </li>
  );
}

function Verdict({ verification, onForget }: { verification: Verification; onForget: () => void }) {
  if (verification.state !== 'done') return null;
  const verdict = verification.problem === null ? verdictOf(verification.steps) : 'unknown';
  const [VerdictIcon, title, text] = verdicts[verdict];
  const failed = verification.steps.filter(({ state }) => state === 'failed');
  const told = verdict === 'unknown' ? verification.steps.filter(({ state }) => state === 'unknown') : failed;
  const rollback = failed.some(({ name }) => name === 'checkpoint' || name === 'key');
  return (
    <div
      className={classes['verdict']}
      data-verdict={verdict}
      role={verdict === 'verified' ? 'status' : 'alert'}
    >
      <VerdictIcon size={22} stroke={1.8} aria-hidden="true" />
      <div>
        <strong>{title}</strong>
        <p>{text}</p>
        {told.map((step) => (
          <p key={step.name}>
            {stepTitles[step.name]}: {step.text}
          </p>
        ))}
        {verification.problem === null ? null : <p>{verification.problem}</p>}
        {rollback ? (
          <p>
            If you know that the log was begun anew, this browser can{' '}
            <Button variant="subtle" size="compact-xs" onClick={onForget}>
              forget what it saw and verify again
            </Button>
          </p>
        ) : null}
      </div>
    </div>
  );
}

/** The proof of an event, and its verification in this browser. */
export function Proof({ event }: { event: AuditEventDetail }) {
  const { verification, start } = useVerification(event);
  const [asks, setAsks] = useState(false);
  const [ownKey, setOwnKey] = useState('');
  const { receipt, origin } = event.proof;
  const again = verification.state !== 'idle';
  return (
    <Section title="Proof">
      <p className={classes['lead']}>
        Entry {event.place.index.toLocaleString('en')} of the log {event.place.log}. Your browser can check
        that it stands there unchanged, from the tiles of the log and its signature.
      </p>
      <div className={classes['acts']}>
        <Button
          size="xs"
          leftSection={<IconShieldCheck size={14} />}
          loading={verification.state === 'running'}
          onClick={() => void start(asks ? ownKey : '')}
        >
          {again ? 'Verify again' : 'Verify'}
        </Button>
        <Button
          variant="default"
          size="xs"
          disabled={receipt === null}
          onClick={() =>
            saveFile(new Blob([receipt ?? ''], { type: 'text/plain' }), `${event.id}.tlog-proof`)
          }
        >
          Receipt
        </Button>
        <Button variant="subtle" color="gray" size="xs" aria-expanded={asks} onClick={() => setAsks(!asks)}>
          With my own key
        </Button>
      </div>
      {asks ? (
        <TextInput
          className={classes['own'] ?? ''}
          size="xs"
          label="Verifier key that you got elsewhere"
          description="As C2SP writes it. A key from this server proves only that the log agrees with itself."
          placeholder={`${origin}+1a2b3c4d+AX…`}
          value={ownKey}
          onChange={(change) => setOwnKey(change.currentTarget.value)}
        />
      ) : null}
      <Verdict
        verification={verification}
        onForget={() => {
          forgetLog(origin);
          void start(asks ? ownKey : '');
        }}
      />
      <ol aria-label="Steps of the verification">
        {verification.steps.map((step) => (
          <StepLine key={step.name} step={step} />
        ))}
      </ol>
    </Section>
  );
}
