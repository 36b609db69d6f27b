import { worstOf } from './component.ts';
import { components } from './components/list.ts';
import type { AuditHealthService } from './service.ts';
import type { AuditHealth, HealthComponent, HealthSources } from './types.ts';

/** A look at one side of the audit log, in the form of the self-checks of Custos's own probe. */
export interface HealthFacet {
  readonly name: string;
  readonly title: string;
  check(): Promise<{
    readonly status: 'up' | 'degraded' | 'down';
    readonly latencyMs: null;
    readonly message: string;
    readonly values: Readonly<Record<string, number>>;
  }>;
}

interface FacetDefinition {
  readonly name: string;
  readonly title: string;
  readonly components: readonly string[];
  /** What the worst of it makes of Custos: `down` for what stops the ledger or proves that it was changed. */
  readonly atWorst: 'down' | 'degraded' | 'figures only';
}

const definitions: readonly FacetDefinition[] = [
  {
    name: 'audit-ledger',
    title: 'Audit ledger',
    components: ['ledger', 'integrity', 'index'],
    atWorst: 'down',
  },
  // A witness may say that the log forked and be wrong; what proves it stops the ledger.
  { name: 'audit-witnesses', title: 'Audit witnesses', components: ['witnesses'], atWorst: 'degraded' },
  { name: 'audit-disk', title: 'Audit disk', components: ['disk'], atWorst: 'down' },
  { name: 'audit-buffer', title: 'Audit buffer', components: ['buffer'], atWorst: 'degraded' },
  { name: 'audit-queries', title: 'Audit queries', components: ['queries'], atWorst: 'degraded' },
  // Many security events, or a large log, are no fault of Custos; rules can be set on these figures.
  {
    name: 'audit-figures',
    title: 'Audit figures',
    components: ['log-size', 'security-events', 'blocked'],
    atWorst: 'figures only',
  },
];

/** With fewer searches the 95th percentile is the slowest one, and one slow search is no news. */
const enoughSearches = 20;

function valuesOf(found: readonly HealthComponent[]): Record<string, number> {
  const values: Record<string, number> = {};
  for (const { name, value } of found) {
    const figure = components.find((one) => one.name === name)?.figure;
    if (value !== null && figure !== undefined && figure !== null) values[figure] = value;
  }
  return values;
}

function statusOf(
  found: readonly HealthComponent[],
  atWorst: FacetDefinition['atWorst'],
): 'up' | 'degraded' | 'down' {
  if (atWorst === 'figures only') return 'up';
  const worst = worstOf(found.map(({ status }) => status));
  if (worst === 'critical') return atWorst;
  return worst === 'ok' ? 'up' : 'degraded';
}

/**
 * The sides of the audit log that become alerts through Custos's own probe: integrity, witnesses, disk, the
 * buffer and the time of queries. They share one look.
 */
export function auditFacets(parts: {
  readonly health: Pick<AuditHealthService, 'recent'>;
  readonly sources: Pick<HealthSources, 'index'>;
}): readonly HealthFacet[] {
  const { health, sources } = parts;
  const judged = (definition: FacetDefinition, { components: all }: AuditHealth) => {
    const found = all.filter(({ name }) => definition.components.includes(name));
    const tooFew = definition.name === 'audit-queries' && sources.index().queries.count < enoughSearches;
    const status = tooFew ? 'up' : statusOf(found, definition.atWorst);
    const bad = found.filter(({ status: its }) => its !== 'ok');
    const told = status === 'up' ? [] : bad;
    return {
      status,
      latencyMs: null,
      message: told.map(({ title, message }) => `${title}: ${message}`).join(' '),
      values: valuesOf(found),
    };
  };
  return definitions.map((definition) => ({
    name: definition.name,
    title: definition.title,
    check: async () => judged(definition, await health.recent()),
  }));
}
