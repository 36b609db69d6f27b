import type { AuditEventView } from '@custos/contract';
import { ShortId } from '../../ui/short-id.tsx';
import { TextLink } from '../../ui/link.tsx';
import classes from './audit.module.css';

type Party = AuditEventView['actor'];

const longId = 24;

/** Who or what, on one line: the present name, else the id, else that it is sealed. */
export function PartyName({ party }: { party: Party }) {
  const shown = party.name ?? party.id;
  if (shown === null) return <span className="faint">{party.type}, sealed</span>;
  if (shown === party.type) return shown;
  return (
    <>
      {shown} <span className="faint">{party.type}</span>
    </>
  );
}

/** Who or what, with the id to copy and everything that happened around it. */
export function PartyFacts({ party }: { party: Party }) {
  if (party.id === null) return <span className="quiet">{party.type}; the id is sealed</span>;
  const isLong = party.id.length > longId && party.name === null;
  return (
    <span className={classes['party']}>
      <span>{party.name ?? (isLong ? null : party.id)}</span>
      {party.id === party.type ? null : <span className="faint">{party.type}</span>}
      {party.name !== null || isLong ? <ShortId id={party.id} /> : null}
      <TextLink to="/audit" search={{ party: party.id, range: 'all' }} className={classes['timeline']}>
        Timeline
      </TextLink>
    </span>
  );
}
