import type { QueryClient } from '@tanstack/react-query';
import { createRootRouteWithContext, createRoute, redirect } from '@tanstack/react-router';
import { overviewQuery, sessionQuery, setupQuery } from '../data/queries.ts';
import { readAuditSearch } from '../features/audit/search.ts';
import { readBoardSearch } from '../features/dashboards/address.ts';
import { readLogsSearch } from '../features/logs/search.ts';
import { readLogRulesSearch } from '../features/log-rules/search.ts';
import { readRulesSearch } from '../features/metric-rules/address.ts';
import { readMetricsSearch } from '../features/metrics/search.ts';
import { readTracesSearch } from '../features/traces/search.ts';
import { readTime } from '../ui/address.ts';
import { texts } from './address.ts';
import { NotFound } from './not-found.tsx';
import { under, underReading } from './page-route.ts';
import { Shell } from './shell/shell.tsx';
import { Waiting } from './waiting.tsx';

interface Context {
  readonly cache: QueryClient;
}

const root = createRootRouteWithContext<Context>()({ notFoundComponent: NotFound });
const atRoot = under(root);

const shell = createRoute({
  getParentRoute: () => root,
  id: 'shell',
  beforeLoad: async ({ context, location }) => {
    // The page of a glance does not wait for its turn: its code and its data come beside the session.
    if (location.pathname === '/') {
      void import('../features/overview/page.tsx');
      void context.cache.prefetchQuery(overviewQuery);
    }
    const session = await context.cache.ensureQueryData(sessionQuery);
    if (session !== null) return;
    const { needed } = await context.cache.ensureQueryData(setupQuery);
    if (needed) throw redirect({ to: '/setup' });
    throw redirect({ to: '/login', search: { next: location.href } });
  },
  component: Shell,
  pendingComponent: Waiting,
});
const inShell = under(shell);

const alerts = underReading(shell, texts('show', 'search'))(
  '/alerts',
  () => import('../features/alerts/page.tsx'),
  'AlertsPage',
);
const rules = inShell('/rules', () => import('../features/rules/page.tsx'), 'RulesPage');
const metricRules = underReading(shell, readRulesSearch)(
  '/metric-rules',
  () => import('../features/metric-rules/page.tsx'),
  'MetricRulesPage',
);
const logRules = underReading(shell, readLogRulesSearch)(
  '/log-rules',
  () => import('../features/log-rules/page.tsx'),
  'LogRulesPage',
);
const channels = inShell('/channels', () => import('../features/channels/page.tsx'), 'ChannelsPage');
const deliveries = underReading(shell, texts('state'))(
  '/deliveries',
  () => import('../features/deliveries/page.tsx'),
  'DeliveriesPage',
);
const maintenance = underReading(shell, texts('probeId', 'serviceId'))(
  '/maintenance',
  () => import('../features/maintenance/page.tsx'),
  'MaintenancePage',
);
const audit = underReading(shell, readAuditSearch)(
  '/audit',
  () => import('../features/audit/page.tsx'),
  'AuditPage',
);
const logs = underReading(shell, readLogsSearch)(
  '/logs',
  () => import('../features/logs/page.tsx'),
  'LogsPage',
);
const approvals = underReading(shell, texts('show'))(
  '/approvals',
  () => import('../features/approvals/page.tsx'),
  'ApprovalsPage',
);

const settings = inShell('/settings', () => import('../features/settings/page.tsx'), 'SettingsPage');
const inSettings = under(settings);
const settingsStart = createRoute({
  getParentRoute: () => settings,
  path: '/',
  beforeLoad: () => {
    throw redirect({ to: '/settings/$section', params: { section: 'general' } });
  },
});
const users = underReading(settings, texts('search'))(
  'users',
  () => import('../features/users/page.tsx'),
  'UsersPage',
);

/**
 * Every page with its address; a page's code loads with the page.
 *
 * To add one, add a line among the children of what it stands in: `inShell` for a page with the rail,
 * `inSettings` for a section of the settings, `atRoot` for one without a frame. Its component is a named
 * export that takes nothing and reads its address by `getRouteApi('/shell/...')`. When the address says more
 * after the `?`, use `underReading(shell, texts('one', 'other'))` (`readTime` for a range of time) in the
 * place of `inShell`. A list that opens a side panel is a constant above, since its panel stands in it:
 * `list.addChildren([under(list)('$id', ...)])`, and the list renders an `<Outlet />`. A page of its own in the
 * rail also needs a line in `shell/places.ts`.
 */
export const pages = root.addChildren([
  atRoot('/setup', () => import('../features/entry/setup-page.tsx'), 'SetupPage'),
  underReading(root, texts('next'))('/login', () => import('../features/entry/login-page.tsx'), 'LoginPage'),
  atRoot('/invitation', () => import('../features/entry/link-page.tsx'), 'LinkPage'),
  atRoot('/reset', () => import('../features/entry/link-page.tsx'), 'LinkPage'),
  atRoot('/forgotten', () => import('../features/entry/forgotten-page.tsx'), 'ForgottenPage'),
  atRoot('/acknowledge/$token', () => import('../features/acknowledge/page.tsx'), 'AcknowledgePage'),
  shell.addChildren([
    inShell('/', () => import('../features/overview/page.tsx'), 'OverviewPage'),
    alerts.addChildren([
      under(alerts)('$alertId', () => import('../features/alerts/alert-panel.tsx'), 'AlertPanel'),
    ]),
    inShell('/ingest', () => import('../features/ingest/page.tsx'), 'IngestPage'),
    inShell('/storage', () => import('../features/storage/page.tsx'), 'StoragePage'),
    inShell('/services', () => import('../features/services/page.tsx'), 'ServicesPage'),
    inShell('/services/new', () => import('../features/services/edit-page.tsx'), 'ServiceAddPage'),
    inShell('/services/$serviceId', () => import('../features/services/detail-page.tsx'), 'ServicePage'),
    inShell(
      '/services/$serviceId/edit',
      () => import('../features/services/edit-page.tsx'),
      'ServiceEditPage',
    ),
    underReading(shell, texts('search', 'status', 'kind'))(
      '/probes',
      () => import('../features/probes/page.tsx'),
      'ProbesPage',
    ),
    underReading(shell, texts('kind', 'serviceId'))(
      '/probes/new',
      () => import('../features/probes/edit/edit-page.tsx'),
      'ProbeAddPage',
    ),
    underReading(shell, readTime)(
      '/probes/$probeId',
      () => import('../features/probes/detail/detail-page.tsx'),
      'ProbePage',
    ),
    inShell('/probes/$probeId/edit', () => import('../features/probes/edit/edit-page.tsx'), 'ProbeEditPage'),
    rules.addChildren([
      under(rules)('$ruleId', () => import('../features/rules/rule-panel.tsx'), 'RulePanel'),
    ]),
    metricRules.addChildren([
      under(metricRules)(
        '$groupId',
        () => import('../features/metric-rules/group-panel.tsx'),
        'MetricRulePanel',
      ),
    ]),
    logRules.addChildren([
      under(logRules)('$ruleId', () => import('../features/log-rules/rule-panel.tsx'), 'LogRulePanel'),
    ]),
    channels.addChildren([
      under(channels)('$channelId', () => import('../features/channels/channel-panel.tsx'), 'ChannelPanel'),
    ]),
    deliveries.addChildren([
      under(deliveries)(
        '$deliveryId',
        () => import('../features/deliveries/delivery-panel.tsx'),
        'DeliveryPanel',
      ),
    ]),
    maintenance.addChildren([
      under(maintenance)(
        '$windowId',
        () => import('../features/maintenance/window-panel.tsx'),
        'WindowPanel',
      ),
    ]),
    audit.addChildren([
      under(audit)('$eventId', () => import('../features/audit/event-panel.tsx'), 'EventPanel'),
    ]),
    inShell('/ledger', () => import('../features/ledger/page.tsx'), 'LedgerPage'),
    underReading(shell, readTime)('/security', () => import('../features/security/page.tsx'), 'SecurityPage'),
    // `/metrics` itself is where Prometheus reads Custos's own figures.
    underReading(shell, readMetricsSearch)(
      '/explore',
      () => import('../features/metrics/page.tsx'),
      'MetricsPage',
    ),
    underReading(shell, readTracesSearch)(
      '/traces',
      () => import('../features/traces/page.tsx'),
      'TracesPage',
    ),
    underReading(shell, texts('span'))(
      '/traces/$traceId',
      () => import('../features/traces/trace-page.tsx'),
      'TracePage',
    ),
    logs.addChildren([
      under(logs)('$recordId', () => import('../features/logs/record-panel.tsx'), 'RecordPanel'),
    ]),
    inShell('/dashboards', () => import('../features/dashboards/list-page.tsx'), 'DashboardsPage'),
    underReading(shell, readBoardSearch)(
      '/dashboards/$dashboardId',
      () => import('../features/dashboards/board-page.tsx'),
      'DashboardPage',
    ),
    inShell('/jobs', () => import('../features/jobs/page.tsx'), 'JobsPage'),
    approvals.addChildren([
      under(approvals)(
        '$approvalId',
        () => import('../features/approvals/approval-panel.tsx'),
        'ApprovalPanel',
      ),
    ]),
    inShell('/access-review', () => import('../features/access-review/page.tsx'), 'AccessReviewsPage'),
    underReading(shell, texts('show'))(
      '/access-review/$reviewId',
      () => import('../features/access-review/review-page.tsx'),
      'ReviewPage',
    ),
    settings.addChildren([
      settingsStart,
      users.addChildren([
        under(users)('$userId', () => import('../features/users/user-panel.tsx'), 'UserPanel'),
      ]),
      inSettings('roles', () => import('../features/roles/page.tsx'), 'RolesPage'),
      inSettings('sign-in', () => import('../features/sign-ins/page.tsx'), 'SignInPolicyPage'),
      inSettings('tokens', () => import('../features/tokens/page.tsx'), 'TokensPage'),
      inSettings('address-rules', () => import('../features/address-rules/page.tsx'), 'AddressRulesPage'),
      inSettings('profile', () => import('../features/profile/page.tsx'), 'ProfilePage'),
      inSettings('$section', () => import('../features/settings/section.tsx'), 'SettingsSection'),
    ]),
  ]),
]);
