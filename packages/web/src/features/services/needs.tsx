import type { ServiceView } from '@custos/contract';
import { useQuery } from '@tanstack/react-query';
import { useIsCurrent } from '../../data/live-state.ts';
import { servicesQuery } from '../../data/queries.ts';
import { TextLink } from '../../ui/link.tsx';
import { Section } from '../../ui/page.tsx';
import { SeverityBadge } from '../../ui/severity.tsx';
import { StatusBadge } from '../../ui/status.tsx';
import { Since } from '../../ui/time.tsx';
import classes from './service.module.css';

function Related({ service }: { service: ServiceView }) {
  const current = useIsCurrent();
  return (
    <li className={classes['related']}>
      <TextLink to="/services/$serviceId" params={{ serviceId: service.id }}>
        {service.name}
      </TextLink>
      <StatusBadge status={current ? service.status : 'unknown'} />
      <SeverityBadge severity={service.criticality} />
      <span className="quiet">
        <Since at={service.statusSince} />
      </span>
    </li>
  );
}

/** The services that it needs and those that need it, each with its state. */
export function Neighbours({ service }: { service: ServiceView }) {
  const services = useQuery(servicesQuery).data?.items ?? [];
  const needed = services.filter(({ id }) => service.dependsOn.includes(id));
  const needing = services.filter(({ dependsOn }) => dependsOn.includes(service.id));
  if (needed.length === 0 && needing.length === 0) return null;
  const groups = [
    ['Needs', needed, 'When one of these is down, this service is blocked and pages nobody'],
    ['Needed by', needing, 'While this service is down, these are blocked and page nobody'],
  ] as const;
  return (
    <div className={classes['columns']}>
      {groups.map(([title, members, why]) =>
        members.length === 0 ? null : (
          <Section key={title} title={title} aside={<span title={why}>{members.length}</span>}>
            <ul>
              {members.map((member) => (
                <Related key={member.id} service={member} />
              ))}
            </ul>
          </Section>
        ),
      )}
    </div>
  );
}
