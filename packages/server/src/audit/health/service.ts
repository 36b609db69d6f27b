import type { Clock } from '../../base/clock.ts';
import { messageOf } from '../../base/errors.ts';
import { within } from '../anchors/within.ts';
import type { AuditSettings } from '../events/constants.ts';
import { levelOf, worstOf, type ComponentDefinition } from './component.ts';
import { components } from './components/list.ts';
import type { AuditHealth, HealthComponent, HealthContext, HealthSources } from './types.ts';

export interface AuditHealthOptions {
  readonly sources: HealthSources;
  readonly settings: AuditSettings;
  readonly clock: Clock;
}

/** How the audit log is. */
export interface AuditHealthService {
  /** Looks at everything now. Never rejects: what cannot be found out is `unknown`. */
  check(): Promise<AuditHealth>;
  /** The last look when it is a few seconds old at most, else a new one; many who ask share it. */
  recent(): Promise<AuditHealth>;
}

/** A part that takes longer is not known, ms. */
const patienceMs = 5_000;
const recentMs = 5_000;

export function createAuditHealth({ sources, settings, clock }: AuditHealthOptions): AuditHealthService {
  const openedAt = clock.monotonic();
  let shared: { readonly at: number; readonly looking: Promise<AuditHealth> } | undefined;

  async function look(definition: ComponentDefinition, context: HealthContext): Promise<HealthComponent> {
    const { name, title, unit } = definition;
    try {
      const reading = await within({ clock, ms: patienceMs }, async () => definition.look(context));
      const { value, message, warning = null, critical = null } = reading;
      const level = levelOf(reading);
      const status = reading.status === undefined ? level : worstOf([reading.status, level]);
      return { name, title, status, message, value, unit, warning, critical };
    } catch (error) {
      const message = `It could not be found out: ${messageOf(error)}`;
      return { name, title, status: 'unknown', message, value: null, unit, warning: null, critical: null };
    }
  }

  async function check(): Promise<AuditHealth> {
    const now = clock.now();
    const context = { sources, settings, now, openMs: clock.monotonic() - openedAt };
    const found = await Promise.all(components.map((definition) => look(definition, context)));
    return { status: worstOf(found.map(({ status }) => status)), checkedAt: now, components: found };
  }

  return {
    check,
    async recent() {
      const at = clock.monotonic();
      if (shared === undefined || at - shared.at > recentMs) shared = { at, looking: check() };
      return shared.looking;
    },
  };
}
