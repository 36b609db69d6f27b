import type { ServiceView } from '@custos/contract';
import { useQuery } from '@tanstack/react-query';
import { getRouteApi, useNavigate } from '@tanstack/react-router';
import { Loaded } from '../../data/loaded.tsx';
import { useIsCurrent } from '../../data/live-state.ts';
import { useCan } from '../../data/queries.ts';
import { ConfirmButton } from '../../ui/confirm.tsx';
import { count, share } from '../../ui/format.ts';
import { LinkButton } from '../../ui/link.tsx';
import { Facts, Figure, Figures, Page, Section } from '../../ui/page.tsx';
import { SeverityBadge } from '../../ui/severity.tsx';
import { ShortId } from '../../ui/short-id.tsx';
import { SkeletonRows } from '../../ui/states.tsx';
import { StatusMark, statusWords } from '../../ui/status.tsx';
import { Ago, Since } from '../../ui/time.tsx';
import { Neighbours } from './needs.tsx';
import { KeptPromise } from './promise.tsx';
import { serviceQuery, useRemoveService } from './queries.ts';
import { ServiceDays } from './service-days.tsx';
import { OpenAlerts, PastAlerts, ServiceProbes } from './service-parts.tsx';

const route = getRouteApi('/shell/services/$serviceId');

function Actions({ service }: { service: ServiceView }) {
  const canEdit = useCan('probe.edit');
  const navigate = useNavigate();
  const remove = useRemoveService();
  if (!canEdit) return null;
  return (
    <>
      <LinkButton to="/probes/new" search={{ serviceId: service.id }} variant="default">
        Add a probe
      </LinkButton>
      {service.origin === 'configuration' ? null : (
        <>
          <LinkButton to="/services/$serviceId/edit" params={{ serviceId: service.id }} variant="default">
            Edit
          </LinkButton>
          <ConfirmButton
            label="Delete"
            title={`Delete ${service.name}?`}
            confirm="Delete the service"
            loading={remove.isPending}
            onConfirm={() =>
              remove.mutate(service.id, { onSuccess: () => void navigate({ to: '/services' }) })
            }
          >
            Its {count(service.probeIds.length, 'probe')} stay and belong to no service. Services that depend
            on it no longer do.
          </ConfirmButton>
        </>
      )}
    </>
  );
}

/** One service: its probes, its promise, its alerts. */
export function ServicePage() {
  const { serviceId } = route.useParams();
  const query = useQuery(serviceQuery(serviceId));
  const current = useIsCurrent();
  return (
    <Loaded
      query={query}
      skeleton={
        <Page title="Service">
          <SkeletonRows />
        </Page>
      }
    >
      {(service) => (
        <Page
          title={service.name}
          mark={<StatusMark status={current ? service.status : 'unknown'} size={16} />}
          lead={
            <>
              {current ? statusWords[service.status] : `Last known: ${statusWords[service.status]}`}
              {service.statusSince === null ? '' : ' for '}
              <Since at={service.statusSince} />
              {service.statusReason === '' ? '' : `. ${service.statusReason}`}
            </>
          }
          actions={<Actions service={service} />}
        >
          {service.description === '' ? null : <p style={{ marginBottom: 16 }}>{service.description}</p>}
          <Figures>
            <Figure label="Uptime, 24 h" value={share(service.uptime.day)} />
            <Figure label="7 days" value={share(service.uptime.week)} />
            <Figure label="30 days" value={share(service.uptime.month)} />
            <Figure label="90 days" value={share(service.uptime.quarter)} />
          </Figures>
          <OpenAlerts serviceId={serviceId} />
          <ServiceDays service={service} />
          <KeptPromise service={service} />
          <ServiceProbes serviceId={serviceId} />
          <Neighbours service={service} />
          <PastAlerts serviceId={serviceId} />
          <Section title="About">
            <Facts
              facts={[
                ['Importance', <SeverityBadge key="criticality" severity={service.criticality} />],
                [
                  'Labels',
                  Object.entries(service.labels)
                    .map(([name, value]) => `${name}=${value}`)
                    .join(', ') || 'none',
                ],
                [
                  'Kept in',
                  service.origin === 'configuration' ? 'Configuration file, read-only here' : 'Dashboard',
                ],
                ['Changed', <Ago key="changed" at={service.updatedAt} />],
                ['Id', <ShortId key="id" id={service.id} />],
              ]}
            />
          </Section>
        </Page>
      )}
    </Loaded>
  );
}
