import { sessionCalls, setupCalls, tokenCalls, userCalls } from './resources/access.ts';
import { addressRuleCalls } from './resources/address-rules.ts';
import { approvalCalls } from './resources/approvals.ts';
import { auditCalls } from './resources/audit.ts';
import { factorCalls } from './resources/factors.ts';
import { alertCalls, ruleCalls } from './resources/alerts.ts';
import { dashboardCalls } from './resources/dashboards.ts';
import { logCalls } from './resources/logs.ts';
import { maintenanceCalls } from './resources/maintenance.ts';
import { metricRuleCalls } from './resources/metric-rules.ts';
import { metricCalls } from './resources/metrics.ts';
import { channelCalls, deliveryCalls } from './resources/notify.ts';
import { probeCalls } from './resources/probes.ts';
import { reviewCalls } from './resources/reviews.ts';
import { roleCalls } from './resources/roles.ts';
import { serviceCalls } from './resources/services.ts';
import { signInCalls } from './resources/sign-in.ts';
import { healthCalls, jobCalls, overviewCalls, settingsCalls, systemCalls } from './resources/system.ts';
import { ingestCalls, logRuleCalls, storageCalls } from './resources/telemetry.ts';
import { traceCalls } from './resources/traces.ts';
import { openStream, type Stream, type StreamOptions } from './stream.ts';
import { createDownload, createRequest, type ClientOptions } from './transport.ts';

/**
 * Creates a client of Custos's HTTP API, for browsers, Node and edge runtimes.
 *
 * Times are milliseconds since the epoch in code and RFC 3339 on the wire. Lists answer with a page
 * (`items`, `nextCursor`). Every call rejects with an `ApiError` (the server said no) or a
 * `ConnectionError` (no answer came); an act that needs a second person rejects with an
 * `ApprovalPendingError`.
 *
 * @example
 * const custos = createClient({ baseUrl: 'http://127.0.0.1:4600', token });
 * const { items } = await custos.alerts.list({ state: 'open' });
 */
export function createClient(options: ClientOptions) {
  const request = createRequest(options);
  return {
    request,
    /** Gets a file whose path is already known, such as a download that was approved. */
    download: createDownload(options),
    /** Live events, for as long as the stream is open. */
    openStream: (stream: StreamOptions): Stream => openStream(options, stream),
    setup: setupCalls(request),
    session: sessionCalls(request),
    signIn: signInCalls(request),
    factors: factorCalls(request),
    users: userCalls(request),
    roles: roleCalls(request),
    tokens: tokenCalls(request),
    approvals: approvalCalls(request),
    reviews: reviewCalls(request),
    addressRules: addressRuleCalls(request),
    overview: overviewCalls(request),
    health: healthCalls(request),
    probes: probeCalls(request),
    services: serviceCalls(request),
    maintenance: maintenanceCalls(request),
    alerts: alertCalls(request),
    rules: ruleCalls(request),
    channels: channelCalls(request),
    deliveries: deliveryCalls(request),
    settings: settingsCalls(request),
    system: systemCalls(request),
    audit: auditCalls(request, options),
    jobs: jobCalls(request),
    metrics: metricCalls(options),
    dashboards: dashboardCalls(request),
    metricRules: metricRuleCalls(request),
    logs: logCalls(request, options),
    logRules: logRuleCalls(request),
    traces: traceCalls(request),
    ingest: ingestCalls(request),
    storage: storageCalls(request),
  };
}

export type Client = ReturnType<typeof createClient>;
