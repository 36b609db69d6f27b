import { systemClock } from '../../base/clock.ts';
import { silentLogger } from '../../base/logger.ts';
import { openState } from '../../storage/state/open.ts';
import { createWorld } from './world.ts';

// A process that does nothing but send, to be killed by a test: `node sender-process.ts STATE_URL NAME`.
const [, , url = '', node = ''] = process.argv;
const state = await openState({ url, clock: systemClock, log: silentLogger });
const { notify } = await createWorld(state, { node, limits: { leaseMs: 3000, attemptTimeoutMs: 2000 } });
await notify.start();
process.stdout.write('started\n');
