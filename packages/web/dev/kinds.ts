import type { KindDescription } from '@custos/contract';
import channels from './channel-kinds.json' with { type: 'json' };
import probes from './probe-kinds.json' with { type: 'json' };

/** The kinds as a server described them. */
export const probeKinds: KindDescription[] = probes;
export const channelKinds: KindDescription[] = channels;
