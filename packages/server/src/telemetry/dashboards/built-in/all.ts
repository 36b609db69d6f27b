import type { BuiltInDashboard } from '../types.ts';
import { host } from './host.ts';
import { httpService } from './http-service.ts';
import { postgresql } from './postgresql.ts';
import { process } from './process.ts';

/** The dashboards that come with Custos. */
export const builtInDashboards: readonly BuiltInDashboard[] = [host, httpService, postgresql, process];
