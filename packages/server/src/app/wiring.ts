import { hostname } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { sessionCookieName } from '../access/cookie.ts';
import { createDirectory } from '../access/directory-store.ts';
import { fetchThrough } from '../access/oidc/provider-fetch.ts';
import type { Identity } from '../access/types.ts';
import { accessRoutes } from '../access/routes.ts';
import { createAccess } from '../access/service.ts';
import { alertingRoutes } from '../alerting/routes.ts';
import { createAlerting } from '../alerting/service.ts';
import { healthFigures } from '../audit/health/metrics.ts';
import type { Clock } from '../base/clock.ts';
import { messageOf } from '../base/errors.ts';
import type { Logger } from '../base/logger.ts';
import { createServer } from '../http/create-server.ts';
import { createEventHub } from '../http/event-hub.ts';
import { jobsRoutes } from '../jobs/routes.ts';
import { createJobs } from '../jobs/service.ts';
import { notifyRoutes } from '../notify/routes.ts';
import { createNotify } from '../notify/service.ts';
import { createCompatibility } from '../overview/compatibility.ts';
import { overviewRoutes } from '../overview/routes.ts';
import { compatibilityRoutes } from '../overview/routes-compatibility.ts';
import { createOverview } from '../overview/service.ts';
import { createTraffic } from '../overview/traffic.ts';
import { createHistory, createColumnsSink } from '../probes/history.ts';
import { probesRoutes } from '../probes/routes.ts';
import { createProbes } from '../probes/service.ts';
import { settingsRoutes } from '../settings/routes.ts';
import { createSettings } from '../settings/service.ts';
import { createColumns } from '../storage/columns/create.ts';
import { rollUpProbeDays } from '../storage/columns/probe-rollup.ts';
import { joinAudit } from './audit/join.ts';
import { lateAudit } from './late-audit.ts';
import type { Part } from './lifecycle.ts';
import type { Options } from './options.ts';
import { checkInternalTargets, openDoors } from './outbound-doors.ts';
import { collectFigures } from './figures.ts';
import { overviewSources } from './overview-sources.ts';
import { createSelfChecks } from './self-checks.ts';
import { createSignInWatch } from './sign-in-watch.ts';
import type { Stores } from './stores.ts';
import { columnsTrouble, createSystemStatus } from './system-status.ts';
import { joinTelemetry } from './telemetry/join.ts';

export interface WireRequest {
  readonly options: Options;
  readonly version: string;
  readonly clock: Clock;
  readonly log: Logger;
  readonly stores: Stores;
}

const megabyte = 1024 * 1024;

/** What has to be closed again when the joining fails half-way, newest last. */
type Closers = (() => Promise<void> | void)[];

/**
 * Joins the domains: makes each with what it needs and fits the ports together. Nothing runs before the
 * parts are started: `parts` first, then the definitions of the configuration, then `workers`. What was
 * opened is closed again when it raises.
 */
export async function wire(request: WireRequest) {
  const closers: Closers = [];
  try {
    return await joinDomains(request, closers);
  } catch (error) {
    for (const close of closers.toReversed()) await close();
    throw error;
  }
}

async function joinDomains({ options, version, clock, log, stores }: WireRequest, closers: Closers) {
  const { state, secrets } = stores;
  const node = `${hostname()}-${process.pid}`;
  const shared = { state, clock, log };

  const columns = createColumns({
    url: options.columns.enabled ? (options.columnsUrl ?? 'embedded') : 'off',
    dataDirectory: join(options.dataPath, 'columns'),
    limits: {
      memoryBytes: options.columns.memoryMb * megabyte,
      threads: options.columns.threads,
      spoolBytes: options.columns.spoolMb * megabyte,
    },
    clock,
    log,
  });
  // The ledger asks witnesses through a door, and the door records what it refuses.
  const recording = lateAudit();
  const doors = openDoors(options, { clock, log, audit: recording });
  closers.push(() => doors.close());
  const jobs = createJobs({ ...shared, node });
  const joined = await joinAudit({
    options,
    stores,
    clock,
    log,
    columns,
    jobs,
    outbound: doors.channels,
    names: createDirectory({ state }),
    onHold: () => {
      telemetry
        .holdsChanged()
        .catch((error: unknown) => log.error({ error: messageOf(error) }, 'holds could not be followed yet'));
    },
  });
  closers.push(() => joined.ledger.close());
  const { audit } = joined;
  recording.become(audit);
  const recheck = async (identity: Identity, from: string): Promise<Identity | undefined> => {
    const found = await access.now(identity);
    const taken = found !== undefined && (await access.deciding.addressRules.allows(from, found));
    return taken ? found : undefined;
  };
  const hub = createEventHub({
    broadcast: state.dialect === 'postgres' ? state.broadcast : null,
    clock,
    log,
    node,
    // Not everything that ends a right is announced: the command line on the host is another process.
    recheck,
  });
  const publish = hub.publish.bind(hub);
  const disconnect = (matches: (identity: Identity) => boolean): void => {
    hub.disconnect(matches);
    telemetry.disconnect(matches);
  };

  const settings = createSettings({
    ...shared,
    fixed: { publicUrl: options.publicUrl },
    checkInternalTargets,
  });
  settings.onChange(({ internalTargets }) => doors.allowInternal(internalTargets));
  const address = `http://${options.listenHost.includes(':') ? `[${options.listenHost}]` : options.listenHost}:${options.listenPort}`;
  const publicUrl = (): string => settings.get().publicUrl ?? address;

  const notify = createNotify({ ...shared, node, outbound: doors.channels, secrets, publish, publicUrl });
  const signIns = createSignInWatch({ clock, log, audit });
  const watched = signIns.watching(audit);
  const { providers, breachedPasswords, tokens } = options.access;
  const access = createAccess({
    ...shared,
    audit: watched,
    secrets,
    publicUrl: () => settings.get().publicUrl,
    // What a message says and a link that it holds make one text; the link is a secret and is in no log.
    tell: ({ email: to }, { subject, text, url }) =>
      notify.letters.send({ to, subject, text: url === null ? text : `${text}\n\n${url}` }),
    onSecurityEvent: signIns.onSecurityEvent,
    onApprovalChanged: (id) => publish({ type: 'changed', data: { resource: 'approvals', id } }),
    providerFetch: fetchThrough(doors.channels),
    options: {
      providers: providers.map((one) => ({ ...one, clientSecret: one.clientSecret ?? null })),
      jwt: { audiences: tokens.audiences, ...(tokens.issuer === undefined ? {} : { issuer: tokens.issuer }) },
      ...(breachedPasswords === undefined ? {} : { breachedPasswords }),
      onEnded: ({ userId, sessionId, tokenId }) => {
        disconnect(
          (identity) =>
            identity.userId === userId ||
            (sessionId !== undefined && identity.sessionId === sessionId) ||
            (tokenId !== undefined && identity.tokenId === tokenId),
        );
      },
      // Watchers come back by themselves, and are then asked from where.
      onAddressRulesChanged: () => disconnect(() => true),
    },
  });
  const { firings, windowSeconds, holdSeconds } = options.flapping;
  const alerting = createAlerting({
    ...shared,
    notifier: notify,
    publish,
    flap: { firings, windowMs: windowSeconds * 1000, holdMs: holdSeconds * 1000 },
  });
  const telemetry = joinTelemetry({
    options,
    version,
    state,
    columns,
    clock,
    log,
    audit,
    holds: joined.holds,
    jobs,
    outbound: doors.probes,
    publicUrl: () => settings.get().publicUrl,
    alerts: alerting.findings,
    publish,
    // Without the process id, so that figures go on in the same series after a start.
    node: hostname(),
    ownMetrics: () => server.metrics.text(),
    restarts: () => probes.health().restarts,
    databases: { list: () => probes.databases() },
    recheck,
  });
  const probes = createProbes({
    ...shared,
    secrets,
    outbound: doors.probes,
    observer: alerting.observer,
    sink: createColumnsSink({ columns, log, node }),
    history: createHistory(columns),
    publish,
    seats: jobs.leases,
    selfChecks: [
      ...createSelfChecks({ clock, audit, notify }),
      signIns.selfCheck,
      ...joined.selfChecks,
      ...telemetry.selfChecks,
    ],
    publicUrl,
  });

  const system = createSystemStatus({ state, columns, jobs, notify, clock, version, node });
  const traffic = createTraffic(clock);
  const sources = overviewSources({ probes, alerting, notify, access, system, traffic });
  const overview = createOverview({ sources, clock });
  const compatibility = createCompatibility({ sources, clock });

  const secureCookie = !options.http.allowInsecureCookie;
  const server = await createServer({
    clock,
    log,
    authenticator: access,
    audit: watched,
    hub,
    addressRules: access.deciding.addressRules,
    stepUp: access.deciding.stepUp,
    approvals: access.deciding.approvals,
    readiness: [
      { name: 'state', required: true, check: () => state.ping() },
      {
        name: 'columns',
        required: false,
        check: async () => {
          const { reason } = columnsTrouble(columns);
          if (reason !== undefined) throw new Error(reason);
        },
      },
    ],
    options: {
      version,
      sessionCookieName: sessionCookieName(secureCookie),
      publicUrl: () => settings.get().publicUrl,
      trustedProxies: options.http.trustedProxies,
      dashboardDirectory: fileURLToPath(new URL('../../../web/dist', import.meta.url)),
      publicMetrics: options.http.publicMetrics,
      rateLimits: {
        perAddress: options.http.requestsPerMinute * 2,
        perIdentity: options.http.requestsPerMinute,
      },
    },
  });
  server.app.addHook('onResponse', async (request, reply) => {
    if (request.url.startsWith('/api/')) traffic.record(reply.elapsedTime);
  });
  server.metrics.collect(() => collectFigures({ system, probes, alerting }));
  server.metrics.collect(() => telemetry.figures());
  server.metrics.collect(async () => healthFigures(await joined.health.recent()));
  for (const routes of [
    accessRoutes(access, { secureCookie }),
    ...joined.routes,
    ...telemetry.routes,
    settingsRoutes(settings),
    jobsRoutes(jobs),
    notifyRoutes(notify),
    probesRoutes(probes),
    alertingRoutes(alerting),
    overviewRoutes(overview),
    compatibilityRoutes(compatibility),
  ]) {
    await server.app.register(routes);
  }

  jobs.schedule({
    name: 'probes.roll-up-days',
    cron: '10 0 * * *',
    run: async () => void (await rollUpProbeDays(columns, clock.now())),
  });
  jobs.schedule({ name: 'access.prune', everyMs: 3_600_000, run: async () => void (await access.prune()) });
  jobs.schedule({
    name: 'access.approvals',
    everyMs: 60_000,
    run: async () => access.deciding.approvals.sweep(),
  });
  jobs.schedule({
    name: 'access.review',
    cron: '20 1 * * *',
    run: async () => void (await access.deciding.reviews.startDue()),
  });

  const parts: readonly Part[] = [
    { name: 'outbound', stop: () => doors.close() },
    { name: 'columns', start: () => columns.start(), stop: () => columns.stop() },
    ...joined.parts,
    ...telemetry.parts,
    { name: 'settings', start: () => settings.start(), stop: () => settings.stop() },
    { name: 'access', start: () => access.start(), stop: () => access.stop() },
    { name: 'live events', stop: () => hub.close() },
    { name: 'system status', stop: () => system.stop() },
  ];
  const workers: readonly Part[] = [
    { name: 'jobs', start: () => jobs.start(), stop: (deadlineMs) => jobs.stop(deadlineMs) },
    ...joined.workers,
    ...telemetry.workers,
    { name: 'notify', start: () => notify.start(), stop: (deadlineMs) => notify.stop(deadlineMs) },
    { name: 'alerting', start: () => alerting.start(), stop: () => alerting.stop() },
    { name: 'probes', start: () => probes.start(), stop: () => probes.stop() },
  ];
  return {
    server,
    access,
    settings,
    notify,
    alerting,
    probes,
    jobs,
    columns,
    audit,
    overview,
    parts,
    workers,
  };
}

export type Wired = Awaited<ReturnType<typeof wire>>;
