import type { ServiceView } from '@custos/contract';
import { useQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { useState } from 'react';
import { Loaded } from '../../data/loaded.tsx';
import { Page } from '../../ui/page.tsx';
import { SkeletonRows } from '../../ui/states.tsx';
import { serviceQuery } from './queries.ts';
import { ServiceForm, type ServiceDraft } from './service-form.tsx';

const editRoute = getRouteApi('/shell/services/$serviceId/edit');

const empty: ServiceDraft = {
  name: '',
  description: '',
  criticality: 'medium',
  dependsOn: [],
  sloTarget: 0.999,
  sloWindowDays: 30,
  labels: {},
};

export function ServiceAddPage() {
  return (
    <Page title="Add a service" lead="One thing that people use, with the probes that check it." narrow>
      <ServiceForm initial={empty} />
    </Page>
  );
}

export function ServiceEditPage() {
  const { serviceId } = editRoute.useParams();
  const query = useQuery(serviceQuery(serviceId));
  return (
    <Page
      title={
        query.data === undefined
          ? 'Edit a service'
          : query.data.origin === 'configuration'
            ? query.data.name
            : `Edit ${query.data.name}`
      }
      narrow
    >
      <Loaded query={query} skeleton={<SkeletonRows />}>
        {(service) => <Editing service={service} />}
      </Loaded>
    </Page>
  );
}

function Editing({ service }: { service: ServiceView }) {
  // What is being typed must not be replaced when the stream brings news.
  const [initial] = useState<ServiceDraft>(() => {
    const { name, description, criticality, dependsOn, sloTarget, sloWindowDays, labels } = service;
    return { name, description, criticality, dependsOn, sloTarget, sloWindowDays, labels };
  });
  return <ServiceForm initial={initial} id={service.id} configured={service.origin === 'configuration'} />;
}
