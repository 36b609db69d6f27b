import type { FactorsView } from '@custos/contract';
import { Button } from '@mantine/core';
import { IconDeviceMobile, IconFingerprint, IconLifebuoy } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { Loaded } from '../../data/loaded.tsx';
import { canUsePasskeys } from '../../data/passkeys.ts';
import { standingQuery } from '../../data/queries.ts';
import { ConfirmButton } from '../../ui/confirm.tsx';
import { count } from '../../ui/format.ts';
import { Section } from '../../ui/page.tsx';
import { SkeletonRows } from '../../ui/states.tsx';
import { Ago } from '../../ui/time.tsx';
import { AddPasskey } from './add-passkey.tsx';
import { AddTotp } from './add-totp.tsx';
import classes from './profile.module.css';
import {
  factorsQuery,
  methodsQuery,
  useRemovePasskey,
  useRemoveTotp,
  useRenewRecoveryCodes,
} from './queries.ts';
import { RecoveryCodes } from './recovery-codes.tsx';

function passkeyAdvice(offered: boolean | undefined): string {
  if (offered === false) return 'Passkeys need a host name; at this address they do not work.';
  if (!canUsePasskeys()) return 'This browser has no passkeys here. They need HTTPS.';
  return 'The safest way: nothing to type, nothing to be tricked out of. It lets in without a password, too.';
}

function Factors({
  factors,
  onCodes,
}: {
  factors: FactorsView;
  onCodes: (codes: readonly string[]) => void;
}) {
  const [adding, setAdding] = useState<'totp' | 'passkey' | null>(null);
  const offered = useQuery(methodsQuery).data?.passkeys;
  const removeTotp = useRemoveTotp();
  const removePasskey = useRemovePasskey();
  const renew = useRenewRecoveryCodes();
  const { totp, passkeys, recoveryCodesLeft } = factors;
  const isLast = passkeys.length + (totp === null ? 0 : 1) === 1;
  const lastWords = isLast ? ' It is your only one: the recovery codes go with it.' : '';
  const done = (codes: readonly string[]): void => {
    setAdding(null);
    if (codes.length > 0) onCodes(codes);
  };
  return (
    <>
      <ul className={classes['factors']}>
        <li>
          <IconFingerprint size={20} stroke={1.6} aria-hidden="true" />
          <div>
            <strong>Passkeys</strong>
            <p>{passkeyAdvice(offered)}</p>
            {passkeys.length === 0 ? null : (
              <ul className={classes['passkeys']} aria-label="Passkeys">
                {passkeys.map((passkey) => (
                  <li key={passkey.id}>
                    <span>
                      {passkey.name}
                      <span className="faint">
                        {' '}
                        added <Ago at={passkey.createdAt} />, used{' '}
                        <Ago at={passkey.lastUsedAt} empty="never" />
                        {passkey.backedUp ? ', copied to your other devices' : ', on one device'}
                      </span>
                    </span>
                    <ConfirmButton
                      size="compact-xs"
                      label="Remove"
                      title={`Remove ${passkey.name}?`}
                      confirm="Remove the passkey"
                      onConfirm={() => removePasskey.mutate(passkey.id)}
                    >
                      It no longer lets you in, and your other sessions end.{lastWords}
                    </ConfirmButton>
                  </li>
                ))}
              </ul>
            )}
          </div>
          <Button
            size="xs"
            variant={passkeys.length === 0 && totp === null ? 'filled' : 'default'}
            disabled={offered !== true || !canUsePasskeys()}
            onClick={() => setAdding('passkey')}
          >
            Add a passkey
          </Button>
        </li>
        <li>
          <IconDeviceMobile size={20} stroke={1.6} aria-hidden="true" />
          <div>
            <strong>Authenticator</strong>
            <p>
              {totp === null ? (
                'An application on your phone that shows six digits, each good once.'
              ) : (
                <>
                  In use since <Ago at={totp.createdAt} />.
                </>
              )}
            </p>
          </div>
          {totp === null ? (
            <Button size="xs" variant="default" onClick={() => setAdding('totp')}>
              Set one up
            </Button>
          ) : (
            <span className={classes['pair']}>
              <Button size="xs" variant="default" onClick={() => setAdding('totp')}>
                Replace
              </Button>
              <ConfirmButton
                label="Remove"
                title="Remove the authenticator?"
                confirm="Remove it"
                loading={removeTotp.isPending}
                onConfirm={() => removeTotp.mutate()}
              >
                Its codes no longer let you in, and your other sessions end.{lastWords}
              </ConfirmButton>
            </span>
          )}
        </li>
        {totp === null && passkeys.length === 0 ? null : (
          <li>
            <IconLifebuoy size={20} stroke={1.6} aria-hidden="true" />
            <div>
              <strong>Recovery codes</strong>
              <p data-warn={recoveryCodesLeft < 3 || undefined}>
                {recoveryCodesLeft === 0
                  ? 'None left. Without them a lost device locks you out; make new ones.'
                  : `${count(recoveryCodesLeft, 'code')} left, for when the others are lost. Each works once.`}
              </p>
            </div>
            <ConfirmButton
              label="Make new ones"
              title="Make new recovery codes?"
              confirm="Make new codes"
              loading={renew.isPending}
              onConfirm={() =>
                renew.mutate(undefined, { onSuccess: ({ recoveryCodes }) => onCodes(recoveryCodes) })
              }
            >
              Those that you have now stop working.
            </ConfirmButton>
          </li>
        )}
      </ul>
      {adding === 'totp' ? <AddTotp onDone={done} onCancel={() => setAdding(null)} /> : null}
      {adding === 'passkey' ? <AddPasskey onDone={done} onCancel={() => setAdding(null)} /> : null}
    </>
  );
}

/** What proves who I am besides the password. */
export function SecondFactor() {
  const query = useQuery(factorsQuery);
  const standing = useQuery(standingQuery).data?.secondFactor;
  const [codes, setCodes] = useState<readonly string[] | null>(null);
  return (
    <div id="second-factor">
      <Section
        title="Second factor"
        aside={
          standing === undefined
            ? undefined
            : standing.enrolled
              ? 'On'
              : standing.required
                ? 'Off, and your role asks for one'
                : 'Off'
        }
      >
        <Loaded query={query} skeleton={<SkeletonRows rows={2} height={64} />}>
          {(factors) => <Factors factors={factors} onCodes={setCodes} />}
        </Loaded>
      </Section>
      {codes === null ? null : <RecoveryCodes codes={codes} onKept={() => setCodes(null)} />}
    </div>
  );
}
