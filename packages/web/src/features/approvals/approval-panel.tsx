import type { ApprovalView } from '@custos/contract';
import { Button } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { getRouteApi, useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { Loaded } from '../../data/loaded.tsx';
import { fieldErrors, formError } from '../../data/problem.ts';
import { usersQuery, useCan } from '../../data/queries.ts';
import { ConfirmButton } from '../../ui/confirm.tsx';
import { CopyText } from '../../ui/copy-text.tsx';
import { FormProblem } from '../../ui/form-problem.tsx';
import { ReasonField } from '../../ui/form/reason-field.tsx';
import { Facts, Section } from '../../ui/page.tsx';
import { Panel } from '../../ui/panel.tsx';
import { SkeletonRows } from '../../ui/states.tsx';
import { absolute, Ago } from '../../ui/time.tsx';
import classes from './approvals.module.css';
import { approvalQuery, useApprove, useRefuse, useTakeApproved, useWithdraw } from './queries.ts';
import { ApprovalStateMark } from './state.tsx';
import { actWords, bodyFacts } from './words.ts';

const route = getRouteApi('/shell/approvals/$approvalId');

/** Approve or refuse; to refuse takes a reason. */
function Answer({ approval }: { approval: ApprovalView }) {
  const [note, setNote] = useState('');
  const approve = useApprove();
  const refuse = useRefuse();
  const error = approve.error ?? refuse.error;
  return (
    <Section title="Your answer">
      <div className={classes['answer']}>
        <p className="quiet">
          {approval.byRepeating
            ? 'If you approve, they can do it once; it is not done before they do.'
            : 'If you approve, it is done at once, in the name of who asked. Both of you are on record.'}
        </p>
        <ReasonField
          label="Note"
          description="Goes on record. To refuse takes a reason."
          value={note}
          error={fieldErrors(error)['note']}
          onChange={setNote}
        />
        <FormProblem problem={formError(error, ['note'])} />
        <div className={classes['acts']}>
          <Button
            size="xs"
            loading={approve.isPending}
            disabled={refuse.isPending}
            onClick={() => {
              refuse.reset();
              approve.mutate({ id: approval.id, note });
            }}
          >
            Approve
          </Button>
          <Button
            size="xs"
            variant="default"
            loading={refuse.isPending}
            disabled={approve.isPending}
            onClick={() => {
              approve.reset();
              refuse.mutate({ id: approval.id, note });
            }}
          >
            Refuse
          </Button>
        </div>
      </div>
    </Section>
  );
}

/** Whom a call is about, where its address names a person. */
function About({ url }: { url: string }) {
  const id = /^\/api\/v1\/users\/(usr_\w+)/.exec(url)?.[1];
  const users = useQuery({ ...usersQuery, enabled: useCan('user.read') && id !== undefined }).data;
  const user = users?.items.find((each) => each.id === id);
  return user === undefined ? null : (
    <Facts facts={[['Person', `${user.name}, ${user.email}, now ${user.role}`]]} />
  );
}

function Details({ approval }: { approval: ApprovalView }) {
  const withdraw = useWithdraw();
  const take = useTakeApproved();
  const facts = bodyFacts(approval.body);
  const { state, decidedBy, decidedAt, executedAt, status } = approval;
  const isOpen = state === 'pending' || state === 'approved';
  return (
    <>
      <p className={classes['now']} role="status">
        <ApprovalStateMark state={state} />
      </p>
      <Facts
        facts={[
          ['Asked by', approval.own ? 'you' : approval.requestedBy.name],
          ['Asked', <Ago key="asked" at={approval.requestedAt} />],
          ...(isOpen ? [['Ends', <Ago key="ends" at={approval.expiresAt} />] as const] : []),
          [
            'The other needs',
            <code key="needs" className="mono">
              {approval.permission}
            </code>,
          ],
          ...(decidedBy === null
            ? []
            : [['Answered by', `${decidedBy.name}, ${absolute(decidedAt ?? 0)}`] as const]),
          ...(approval.note === null || approval.note === '' ? [] : [['Note', approval.note] as const]),
          ...(executedAt === null
            ? []
            : [['Done', `${absolute(executedAt)}, answered ${status ?? '–'}`] as const]),
        ]}
      />
      <Section title="What would be done">
        <div className={classes['call']}>
          <About url={approval.url} />
          {facts.length === 0 ? null : <Facts facts={facts} />}
          <p className="mono quiet">
            {approval.method} {approval.url}
          </p>
          <p className="faint">
            Exactly this is done and nothing else; its fingerprint is{' '}
            <CopyText text={approval.digest.slice(0, 16)} />
          </p>
        </div>
      </Section>
      {approval.own && state === 'approved' && approval.byRepeating ? (
        <div className={classes['acts']}>
          <Button size="xs" loading={take.isPending} onClick={() => take.mutate(approval)}>
            Download it now
          </Button>
        </div>
      ) : null}
      {approval.own && state === 'pending' ? (
        <div className={classes['acts']}>
          <ConfirmButton
            label="Take it back"
            title="Take the request back?"
            confirm="Take it back"
            loading={withdraw.isPending}
            onConfirm={() => withdraw.mutate(approval.id)}
          >
            Nobody can approve it any more. You can ask again by doing the same once more.
          </ConfirmButton>
        </div>
      ) : null}
      {approval.decidable ? <Answer approval={approval} /> : null}
    </>
  );
}

/** A request beside the list: what would be done, by whom it was asked, and the answer. */
export function ApprovalPanel() {
  const { approvalId } = route.useParams();
  const navigate = useNavigate();
  const query = useQuery(approvalQuery(approvalId));
  return (
    <Panel
      title={query.data === undefined ? 'Request' : actWords(query.data)}
      onClose={() => void navigate({ to: '/approvals', search: true, resetScroll: false })}
    >
      <Loaded query={query} skeleton={<SkeletonRows />}>
        {(approval) => <Details key={approval.id} approval={approval} />}
      </Loaded>
    </Panel>
  );
}
