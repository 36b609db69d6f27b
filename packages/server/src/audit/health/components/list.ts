import type { ComponentDefinition } from '../component.ts';
import { blockedComponent } from './blocked.ts';
import { bufferComponent } from './buffer.ts';
import { diskComponent } from './disk.ts';
import { indexComponent } from './index-state.ts';
import { integrityComponent } from './integrity.ts';
import { ledgerComponent } from './ledger.ts';
import { logSizeComponent } from './log-size.ts';
import { outsideComponent } from './outside.ts';
import { queriesComponent } from './queries.ts';
import { securityEventsComponent } from './security-events.ts';

/** In the order in which people read them. */
export const components: readonly ComponentDefinition[] = [
  ledgerComponent,
  integrityComponent,
  bufferComponent,
  queriesComponent,
  indexComponent,
  logSizeComponent,
  securityEventsComponent,
  blockedComponent,
  outsideComponent,
  diskComponent,
];
