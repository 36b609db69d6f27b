import type { Origin } from '@custos/contract';
import { IconFileCode } from '@tabler/icons-react';

/** Where a thing is kept; what stands in the configuration file is read-only and marked so. */
export function OriginWord({ origin }: { origin: Origin }) {
  if (origin !== 'configuration') {
    return <span className="faint">{origin === 'built-in' ? 'built in' : 'dashboard'}</span>;
  }
  return (
    <span
      className="quiet"
      title="Written in the configuration file; changed there"
      style={{ display: 'inline-flex', gap: 5, alignItems: 'center' }}
    >
      <IconFileCode size={14} stroke={1.6} aria-hidden="true" /> configuration
    </span>
  );
}
