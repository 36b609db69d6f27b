import { Button } from '@mantine/core';
import { IconCheck } from '@tabler/icons-react';
import { getRouteApi } from '@tanstack/react-router';
import { useEffect } from 'react';
import { explain } from '../../data/problem.ts';
import { FormProblem } from '../../ui/form-problem.tsx';
import { LinkButton } from '../../ui/link.tsx';
import { Logo } from '../../ui/logo.tsx';
import classes from './acknowledge.module.css';
import { useAcknowledgeByLink } from './queries.ts';

const route = getRouteApi('/acknowledge/$token');

/**
 * The page behind the link in a message: one button, no login. A button, because mail programs open links by
 * themselves and must not acknowledge anything.
 */
export function AcknowledgePage() {
  const { token } = route.useParams();
  const acknowledge = useAcknowledgeByLink();
  useEffect(() => {
    document.title = 'Acknowledge · Custos';
  }, []);
  return (
    <main className={classes['page']}>
      <Logo size={34} />
      {acknowledge.isSuccess ? (
        <>
          <h1>
            <IconCheck size={24} aria-hidden="true" /> Acknowledged
          </h1>
          <p>It is on record that you have it. No further reminders of this alert are sent.</p>
          <LinkButton to="/alerts" variant="default">
            See the alert
          </LinkButton>
        </>
      ) : (
        <>
          <h1>Take this alert?</h1>
          <p>Everybody who was told will see that someone has it.</p>
          <FormProblem problem={acknowledge.error === null ? null : explain(acknowledge.error)} />
          <Button
            size="lg"
            fullWidth
            loading={acknowledge.isPending}
            onClick={() => acknowledge.mutate(token)}
          >
            Acknowledge
          </Button>
        </>
      )}
    </main>
  );
}
