import { probeInput, type ProbeKindName } from '@custos/contract';
import type { EditScope } from './edit.ts';
import { createProbe } from './probe-edits.ts';

const builtIn: readonly { readonly kind: ProbeKindName; readonly name: string }[] = [
  { kind: 'host', name: 'Host' },
  { kind: 'process', name: 'Custos' },
];

/**
 * Makes the probes that watch this host and Custos itself, every 30 s, unless they are there. The first
 * covers system resources and disk space; the second the store, the core and the security system, through
 * the self-checks of those parts.
 */
export async function ensureBuiltIn(scope: EditScope): Promise<void> {
  for (const { kind, name } of builtIn) {
    const { probes } = scope.definitions;
    if (probes.some((probe) => probe.origin === 'built-in' && probe.kind === kind)) continue;
    const taken = probes.some((probe) => probe.name === name);
    const input = probeInput.parse({ name: taken ? `${name} (built in)` : name, kind, intervalMs: 30_000 });
    await createProbe(scope, input, 'built-in');
  }
}

/** True when {@link ensureBuiltIn} has nothing to do. */
export function hasBuiltIn(
  probes: Iterable<{ readonly origin: string; readonly kind: ProbeKindName }>,
): boolean {
  const kinds = new Set<string>();
  for (const probe of probes) if (probe.origin === 'built-in') kinds.add(probe.kind);
  return builtIn.every(({ kind }) => kinds.has(kind));
}
