import type { KindDescription, ProbeView } from '@custos/contract';
import { useQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { useState } from 'react';
import { Loaded } from '../../../data/loaded.tsx';
import { Page } from '../../../ui/page.tsx';
import { SkeletonRows } from '../../../ui/states.tsx';
import { kindsQuery, probeQuery } from '../queries.ts';
import { draftOf, emptyDraft } from './draft.ts';
import { KindChoice } from './kind-choice.tsx';
import { ProbeForm } from './probe-form.tsx';

const addRoute = getRouteApi('/shell/probes/new');
const editRoute = getRouteApi('/shell/probes/$probeId/edit');

/** A new probe: choose a kind, then fill in what that kind needs. */
export function ProbeAddPage() {
  const { kind: wanted, serviceId } = addRoute.useSearch();
  const kinds = useQuery(kindsQuery);
  return (
    <Page title="Add a probe" narrow>
      <Loaded query={kinds} skeleton={<SkeletonRows />}>
        {({ items }) => <Adding kinds={items} wanted={wanted} serviceId={serviceId ?? null} />}
      </Loaded>
    </Page>
  );
}

function Adding({
  kinds,
  wanted,
  serviceId,
}: {
  kinds: readonly KindDescription[];
  wanted: string | undefined;
  serviceId: string | null;
}) {
  const [chosen, setChosen] = useState(wanted);
  const kind = kinds.find((each) => each.kind === chosen) ?? kinds[0];
  if (kind === undefined) return null;
  return (
    <>
      <KindChoice kinds={kinds} value={kind.kind} onChange={setChosen} />
      <ProbeForm key={kind.kind} kind={kind} initial={emptyDraft(kind, serviceId)} />
    </>
  );
}

export function ProbeEditPage() {
  const { probeId } = editRoute.useParams();
  const kinds = useQuery(kindsQuery);
  const probe = useQuery(probeQuery(probeId));
  return (
    <Page
      title={
        probe.data === undefined
          ? 'Edit a probe'
          : probe.data.origin === 'configuration'
            ? probe.data.name
            : `Edit ${probe.data.name}`
      }
      narrow
    >
      <Loaded query={kinds} skeleton={<SkeletonRows />}>
        {({ items }) => (
          <Loaded query={probe} skeleton={<SkeletonRows />}>
            {(view) => <Editing probe={view} kinds={items} />}
          </Loaded>
        )}
      </Loaded>
    </Page>
  );
}

function Editing({ probe, kinds }: { probe: ProbeView; kinds: readonly KindDescription[] }) {
  const kind = kinds.find((each) => each.kind === probe.kind);
  // What is being typed must not be replaced when the stream brings a new result.
  const [initial] = useState(() => draftOf(probe, kind));
  if (kind === undefined) return null;
  return (
    <ProbeForm kind={kind} initial={initial} id={probe.id} configured={probe.origin === 'configuration'} />
  );
}
