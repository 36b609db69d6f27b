import { Button } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { ConfirmButton } from '../../ui/confirm.tsx';
import { Section } from '../../ui/page.tsx';
import { Ago } from '../../ui/time.tsx';
import classes from './profile.module.css';
import { factorsQuery, methodsQuery, useLinkProvider, useUnlinkProvider } from './queries.ts';

/** Identity providers that I can sign in by; not shown where there are none. */
export function Providers() {
  const offered = useQuery(methodsQuery).data?.providers ?? [];
  const linked = useQuery(factorsQuery).data?.providers ?? [];
  const link = useLinkProvider();
  const unlink = useUnlinkProvider();
  if (offered.length === 0) return null;
  return (
    <Section title="Identity providers">
      <ul className={classes['factors']}>
        {offered.map(({ id, name }) => {
          const mine = linked.find((each) => each.id === id);
          return (
            <li key={id}>
              <div>
                <strong>{name}</strong>
                <p>
                  {mine === undefined ? (
                    'Not linked with your account.'
                  ) : (
                    <>
                      Linked <Ago at={mine.linkedAt} />.
                    </>
                  )}
                </p>
              </div>
              {mine === undefined ? (
                <Button size="xs" variant="default" loading={link.isPending} onClick={() => link.mutate(id)}>
                  Link<span className="visually-hidden"> with {name}</span>
                </Button>
              ) : (
                <ConfirmButton
                  label="End the link"
                  title={`End the link with ${name}?`}
                  confirm="End the link"
                  loading={unlink.isPending}
                  onConfirm={() => unlink.mutate(id)}
                >
                  You no longer sign in by it. It is refused while it is your only way in.
                </ConfirmButton>
              )}
            </li>
          );
        })}
      </ul>
    </Section>
  );
}
