import type { QueryClient } from '@tanstack/react-query';
import {
  createRootRouteWithContext,
  createRoute,
  createRouter,
  lazyRouteComponent,
  parseSearchWith,
  redirect,
  stringifySearchWith,
} from '@tanstack/react-router';
import { readAuditSearch } from '../features/audit/search.ts';
import { overviewQuery, sessionQuery, setupQuery } from '../data/queries.ts';
import { NotFound } from './not-found.tsx';
import { RouteError } from './route-error.tsx';
import { Waiting } from './waiting.tsx';
import { Shell } from './shell/shell.tsx';

interface Context {
  readonly cache: QueryClient;
}

/** Text of a search parameter; absent when it is not text. */
function text(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}
function number(value: unknown): number | undefined {
  const parsed = typeof value === 'string' && value !== '' ? Number(value) : value;
  return typeof parsed === 'number' && Number.isFinite(parsed) ? parsed : undefined;
}

const root = createRootRouteWithContext<Context>()({ notFoundComponent: NotFound });

const setup = createRoute({
  getParentRoute: () => root,
  path: '/setup',
  component: lazyRouteComponent(() => import('../features/entry/setup-page.tsx'), 'SetupPage'),
});
const login = createRoute({
  getParentRoute: () => root,
  path: '/login',
  validateSearch: (search): { next?: string | undefined } => ({ next: text(search['next']) }),
  component: lazyRouteComponent(() => import('../features/entry/login-page.tsx'), 'LoginPage'),
});
const invitation = createRoute({
  getParentRoute: () => root,
  path: '/invitation',
  component: lazyRouteComponent(() => import('../features/entry/link-page.tsx'), 'LinkPage'),
});
const reset = createRoute({
  getParentRoute: () => root,
  path: '/reset',
  component: lazyRouteComponent(() => import('../features/entry/link-page.tsx'), 'LinkPage'),
});
const forgotten = createRoute({
  getParentRoute: () => root,
  path: '/forgotten',
  component: lazyRouteComponent(() => import('../features/entry/forgotten-page.tsx'), 'ForgottenPage'),
});
const acknowledge = createRoute({
  getParentRoute: () => root,
  path: '/acknowledge/$token',
  component: lazyRouteComponent(() => import('../features/acknowledge/page.tsx'), 'AcknowledgePage'),
});

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
});

const overview = createRoute({
  getParentRoute: () => shell,
  path: '/',
  component: lazyRouteComponent(() => import('../features/overview/page.tsx'), 'OverviewPage'),
});

const alerts = createRoute({
  getParentRoute: () => shell,
  path: '/alerts',
  validateSearch: (search): { show?: string | undefined; search?: string | undefined } => ({
    show: text(search['show']),
    search: text(search['search']),
  }),
  component: lazyRouteComponent(() => import('../features/alerts/page.tsx'), 'AlertsPage'),
});
const alertPanel = createRoute({
  getParentRoute: () => alerts,
  path: '$alertId',
  component: lazyRouteComponent(() => import('../features/alerts/alert-panel.tsx'), 'AlertPanel'),
});

const services = createRoute({
  getParentRoute: () => shell,
  path: '/services',
  component: lazyRouteComponent(() => import('../features/services/page.tsx'), 'ServicesPage'),
});
const serviceAdd = createRoute({
  getParentRoute: () => shell,
  path: '/services/new',
  component: lazyRouteComponent(() => import('../features/services/edit-page.tsx'), 'ServiceAddPage'),
});
const service = createRoute({
  getParentRoute: () => shell,
  path: '/services/$serviceId',
  component: lazyRouteComponent(() => import('../features/services/detail-page.tsx'), 'ServicePage'),
});
const serviceEdit = createRoute({
  getParentRoute: () => shell,
  path: '/services/$serviceId/edit',
  component: lazyRouteComponent(() => import('../features/services/edit-page.tsx'), 'ServiceEditPage'),
});

const probes = createRoute({
  getParentRoute: () => shell,
  path: '/probes',
  validateSearch: (
    search,
  ): { search?: string | undefined; status?: string | undefined; kind?: string | undefined } => ({
    search: text(search['search']),
    status: text(search['status']),
    kind: text(search['kind']),
  }),
  component: lazyRouteComponent(() => import('../features/probes/page.tsx'), 'ProbesPage'),
});
const probeAdd = createRoute({
  getParentRoute: () => shell,
  path: '/probes/new',
  validateSearch: (search): { kind?: string | undefined; serviceId?: string | undefined } => ({
    kind: text(search['kind']),
    serviceId: text(search['serviceId']),
  }),
  component: lazyRouteComponent(() => import('../features/probes/edit/edit-page.tsx'), 'ProbeAddPage'),
});
const probe = createRoute({
  getParentRoute: () => shell,
  path: '/probes/$probeId',
  validateSearch: (
    search,
  ): { range?: string | undefined; from?: number | undefined; to?: number | undefined } => ({
    range: text(search['range']),
    from: number(search['from']),
    to: number(search['to']),
  }),
  component: lazyRouteComponent(() => import('../features/probes/detail/detail-page.tsx'), 'ProbePage'),
});
const probeEdit = createRoute({
  getParentRoute: () => shell,
  path: '/probes/$probeId/edit',
  component: lazyRouteComponent(() => import('../features/probes/edit/edit-page.tsx'), 'ProbeEditPage'),
});

const rules = createRoute({
  getParentRoute: () => shell,
  path: '/rules',
  component: lazyRouteComponent(() => import('../features/rules/page.tsx'), 'RulesPage'),
});
const rulePanel = createRoute({
  getParentRoute: () => rules,
  path: '$ruleId',
  component: lazyRouteComponent(() => import('../features/rules/rule-panel.tsx'), 'RulePanel'),
});
const channels = createRoute({
  getParentRoute: () => shell,
  path: '/channels',
  component: lazyRouteComponent(() => import('../features/channels/page.tsx'), 'ChannelsPage'),
});
const channelPanel = createRoute({
  getParentRoute: () => channels,
  path: '$channelId',
  component: lazyRouteComponent(() => import('../features/channels/channel-panel.tsx'), 'ChannelPanel'),
});
const deliveries = createRoute({
  getParentRoute: () => shell,
  path: '/deliveries',
  validateSearch: (search): { state?: string | undefined } => ({ state: text(search['state']) }),
  component: lazyRouteComponent(() => import('../features/deliveries/page.tsx'), 'DeliveriesPage'),
});
const deliveryPanel = createRoute({
  getParentRoute: () => deliveries,
  path: '$deliveryId',
  component: lazyRouteComponent(() => import('../features/deliveries/delivery-panel.tsx'), 'DeliveryPanel'),
});
const maintenance = createRoute({
  getParentRoute: () => shell,
  path: '/maintenance',
  validateSearch: (search): { probeId?: string | undefined; serviceId?: string | undefined } => ({
    probeId: text(search['probeId']),
    serviceId: text(search['serviceId']),
  }),
  component: lazyRouteComponent(() => import('../features/maintenance/page.tsx'), 'MaintenancePage'),
});
const maintenancePanel = createRoute({
  getParentRoute: () => maintenance,
  path: '$windowId',
  component: lazyRouteComponent(() => import('../features/maintenance/window-panel.tsx'), 'WindowPanel'),
});
const audit = createRoute({
  getParentRoute: () => shell,
  path: '/audit',
  validateSearch: readAuditSearch,
  component: lazyRouteComponent(() => import('../features/audit/page.tsx'), 'AuditPage'),
});
const auditPanel = createRoute({
  getParentRoute: () => audit,
  path: '$eventId',
  component: lazyRouteComponent(() => import('../features/audit/event-panel.tsx'), 'EventPanel'),
});
const ledger = createRoute({
  getParentRoute: () => shell,
  path: '/ledger',
  component: lazyRouteComponent(() => import('../features/ledger/page.tsx'), 'LedgerPage'),
});
const security = createRoute({
  getParentRoute: () => shell,
  path: '/security',
  validateSearch: (
    search,
  ): { range?: string | undefined; from?: number | undefined; to?: number | undefined } => ({
    range: text(search['range']),
    from: number(search['from']),
    to: number(search['to']),
  }),
  component: lazyRouteComponent(() => import('../features/security/page.tsx'), 'SecurityPage'),
});
const jobs = createRoute({
  getParentRoute: () => shell,
  path: '/jobs',
  component: lazyRouteComponent(() => import('../features/jobs/page.tsx'), 'JobsPage'),
});
const approvals = createRoute({
  getParentRoute: () => shell,
  path: '/approvals',
  validateSearch: (search): { show?: string | undefined } => ({ show: text(search['show']) }),
  component: lazyRouteComponent(() => import('../features/approvals/page.tsx'), 'ApprovalsPage'),
});
const approvalPanel = createRoute({
  getParentRoute: () => approvals,
  path: '$approvalId',
  component: lazyRouteComponent(() => import('../features/approvals/approval-panel.tsx'), 'ApprovalPanel'),
});
const accessReviews = createRoute({
  getParentRoute: () => shell,
  path: '/access-review',
  component: lazyRouteComponent(() => import('../features/access-review/page.tsx'), 'AccessReviewsPage'),
});
const accessReview = createRoute({
  getParentRoute: () => shell,
  path: '/access-review/$reviewId',
  validateSearch: (search): { show?: string | undefined } => ({ show: text(search['show']) }),
  component: lazyRouteComponent(() => import('../features/access-review/review-page.tsx'), 'ReviewPage'),
});
const settings = createRoute({
  getParentRoute: () => shell,
  path: '/settings',
  component: lazyRouteComponent(() => import('../features/settings/page.tsx'), 'SettingsPage'),
});
const settingsStart = createRoute({
  getParentRoute: () => settings,
  path: '/',
  beforeLoad: () => {
    throw redirect({ to: '/settings/$section', params: { section: 'general' } });
  },
});
const settingsSection = createRoute({
  getParentRoute: () => settings,
  path: '$section',
  component: lazyRouteComponent(() => import('../features/settings/section.tsx'), 'SettingsSection'),
});
const users = createRoute({
  getParentRoute: () => settings,
  path: 'users',
  validateSearch: (search): { search?: string | undefined } => ({ search: text(search['search']) }),
  component: lazyRouteComponent(() => import('../features/users/page.tsx'), 'UsersPage'),
});
const userPanel = createRoute({
  getParentRoute: () => users,
  path: '$userId',
  component: lazyRouteComponent(() => import('../features/users/user-panel.tsx'), 'UserPanel'),
});
const roles = createRoute({
  getParentRoute: () => settings,
  path: 'roles',
  component: lazyRouteComponent(() => import('../features/roles/page.tsx'), 'RolesPage'),
});
const signIns = createRoute({
  getParentRoute: () => settings,
  path: 'sign-in',
  component: lazyRouteComponent(() => import('../features/sign-ins/page.tsx'), 'SignInPolicyPage'),
});
const tokens = createRoute({
  getParentRoute: () => settings,
  path: 'tokens',
  component: lazyRouteComponent(() => import('../features/tokens/page.tsx'), 'TokensPage'),
});
const addressRules = createRoute({
  getParentRoute: () => settings,
  path: 'address-rules',
  component: lazyRouteComponent(() => import('../features/address-rules/page.tsx'), 'AddressRulesPage'),
});
const profile = createRoute({
  getParentRoute: () => settings,
  path: 'profile',
  component: lazyRouteComponent(() => import('../features/profile/page.tsx'), 'ProfilePage'),
});

const tree = root.addChildren([
  setup,
  login,
  invitation,
  reset,
  forgotten,
  acknowledge,
  shell.addChildren([
    overview,
    alerts.addChildren([alertPanel]),
    services,
    serviceAdd,
    service,
    serviceEdit,
    probes,
    probeAdd,
    probe,
    probeEdit,
    rules.addChildren([rulePanel]),
    channels.addChildren([channelPanel]),
    deliveries.addChildren([deliveryPanel]),
    maintenance.addChildren([maintenancePanel]),
    audit.addChildren([auditPanel]),
    ledger,
    security,
    jobs,
    approvals.addChildren([approvalPanel]),
    accessReviews,
    accessReview,
    settings.addChildren([
      settingsStart,
      users.addChildren([userPanel]),
      roles,
      signIns,
      tokens,
      addressRules,
      profile,
      settingsSection,
    ]),
  ]),
]);

/** Every page with its address; a page's code loads with the page. */
export function createAppRouter(cache: QueryClient) {
  return createRouter({
    routeTree: tree,
    context: { cache },
    // Values stay the text that they are: a token that looks like a number is still a token.
    parseSearch: parseSearchWith((value) => value),
    stringifySearch: stringifySearchWith(JSON.stringify),
    defaultPreload: 'intent',
    defaultPreloadStaleTime: 0,
    scrollRestoration: true,
    defaultPendingMs: 250,
    defaultPendingComponent: Waiting,
    defaultErrorComponent: RouteError,
    defaultNotFoundComponent: NotFound,
  });
}

declare module '@tanstack/react-router' {
  interface Register {
    router: ReturnType<typeof createAppRouter>;
  }
}
