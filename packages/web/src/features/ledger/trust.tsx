import type { LedgerStatusView } from '@custos/contract';
import { Button } from '@mantine/core';
import { useClipboard } from '@mantine/hooks';
import { IconCopy } from '@tabler/icons-react';
import { CopyText } from '../../ui/copy-text.tsx';
import { Section } from '../../ui/page.tsx';
import classes from './ledger.module.css';

/** Keys and the policy, for those who verify elsewhere. */
export function Trust({ ledger }: { ledger: LedgerStatusView }) {
  const clipboard = useClipboard({ timeout: 1500 });
  return (
    <Section title="Keys and policy" aside="For those who verify elsewhere">
      <p className={classes['note']}>
        Give these to auditors by another way than this server. Whoever has them can verify every log over
        HTTP, every receipt and every evidence archive without trusting Custos.
      </p>
      <ul>
        {ledger.logs.map((log) => (
          <li key={log.name} className={classes['key']}>
            <span className="quiet">{log.name}</span>
            {log.verifierKeys.map((key) => (
              <CopyText key={key} text={key} />
            ))}
          </li>
        ))}
        {ledger.witnessKeys.length === 0 ? null : (
          <li className={classes['key']}>
            <span className="quiet">as a witness of others</span>
            {ledger.witnessKeys.map((key) => (
              <CopyText key={key} text={key} />
            ))}
          </li>
        )}
      </ul>
      <pre className={classes['policy']} tabIndex={0} aria-label="Policy (C2SP tlog-policy)">
        {ledger.policy}
      </pre>
      <div className={classes['acts']}>
        <Button
          variant="default"
          size="xs"
          leftSection={<IconCopy size={14} />}
          onClick={() => clipboard.copy(ledger.policy)}
        >
          {clipboard.copied ? 'Copied' : 'Copy the policy'}
        </Button>
      </div>
    </Section>
  );
}
