import { CopyButton, Button } from '@mantine/core';
import { useState } from 'react';
import { useCan } from '../../data/queries.ts';
import { Choices } from '../../ui/filter-bar.tsx';
import { TextLink } from '../../ui/link.tsx';
import { snippets } from './snippets.ts';
import classes from './ingest.module.css';

/** What to write into the configuration of a sender, ready to be copied. */
export function HowToSend({ base, syslog }: { base: string; syslog: readonly string[] }) {
  const all = snippets(base, syslog);
  const [name, setName] = useState(all[0]?.name ?? '');
  const canMakeTokens = useCan('token.own');
  const chosen = all.find((one) => one.name === name);
  return (
    <div className={classes['send']}>
      <div className={classes['kinds']}>
        <Choices
          label="Sender"
          value={name}
          options={all.map((one) => [one.name, one.title] as const)}
          onChange={setName}
        />
      </div>
      {chosen === undefined ? null : (
        <div className={classes['snippet']}>
          <pre tabIndex={0} aria-label={`Configuration for ${chosen.title}`}>
            {chosen.text}
          </pre>
          <CopyButton value={chosen.text}>
            {({ copied, copy }) => (
              <Button size="compact-xs" variant="default" onClick={copy}>
                {copied ? 'Copied' : 'Copy'}
              </Button>
            )}
          </CopyButton>
        </div>
      )}
      <p className="quiet">
        TOKEN is an API token with the permission to send telemetry.
        {canMakeTokens ? (
          <>
            {' '}
            <TextLink to="/settings/$section" params={{ section: 'tokens' }}>
              Make one
            </TextLink>
          </>
        ) : null}
      </p>
    </div>
  );
}
