export { createClient, type Client } from './client.ts';
export { ApiError, ConnectionError, type FieldError } from './errors.ts';
export type { AuditFilter } from './resources/system.ts';
export type { PageRequest, TimeRange } from './resources/instants.ts';
export type { MaintenanceDraft, MaintenanceSchedule } from './resources/maintenance.ts';
export type { SeriesRequest } from './resources/probes.ts';
export type { Stream, StreamOptions, StreamState } from './stream.ts';
export type { ClientOptions, Method, Query, Request, RequestOptions } from './transport.ts';
