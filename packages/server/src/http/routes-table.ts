import type { RouteOptions } from 'fastify';
import type { RouteAccess, Server } from './types.ts';

/** One route, as it was registered. */
interface RouteEntry {
  readonly method: string;
  /** The pattern, such as `/api/v1/probes/:id`. */
  readonly url: string;
  readonly access: RouteAccess;
  /** The audited action; null for a route that is not audited. */
  readonly audit: string | null;
  /** Left out of the OpenAPI document: pages and files rather than calls. */
  readonly hidden: boolean;
}

export interface RoutesTable {
  readonly entries: readonly RouteEntry[];
  /** The methods that a path takes, by its patterns; empty for a path that is unknown. */
  methodsOf(path: string): string[];
}

/** `/api/v1/probes/:id` as an expression; a wildcard matches nothing here, for it takes every path. */
function expressionOf(url: string): RegExp {
  if (url.includes('*')) return /(?!)/;
  const escaped = url.replaceAll(/[.+?^${}()|[\]\\]/g, String.raw`\$&`);
  return new RegExp(`^${escaped.replaceAll(/:[A-Za-z]+/g, '[^/]+')}/?$`);
}

/**
 * Collects every route as it is registered and refuses one that does not say who may call it, so that a
 * forgotten permission stops the start of the server and not a review. `openPrefixes` name plugins that
 * bring their own routes, such as the reference page: those are public.
 */
export function collectRoutes(app: Server, openPrefixes: readonly string[]): RoutesTable {
  const entries: RouteEntry[] = [];
  const patterns: { expression: RegExp; method: string }[] = [];

  app.addHook('onRoute', (route: RouteOptions) => {
    if (openPrefixes.some((prefix) => route.url === prefix || route.url.startsWith(`${prefix}/`))) {
      route.config = { access: 'public', ...route.config };
    }
    const access = route.config?.access;
    for (const method of [route.method].flat()) {
      if (access === undefined) {
        throw new Error(`The route ${method} ${route.url} does not say who may call it (config.access).`);
      }
      const audit = route.config?.audit ?? null;
      if (audit !== null && !/^[a-z][a-z0-9-]*(\.[a-z][a-z0-9-]*)+$/.test(audit)) {
        throw new Error(`The route ${method} ${route.url} is audited as "${audit}", which is not noun.verb.`);
      }
      const hidden = (route.schema as { hide?: boolean } | undefined)?.hide === true;
      entries.push({ method, url: route.url, access, audit, hidden });
      patterns.push({ expression: expressionOf(route.url), method });
    }
  });

  return {
    entries,
    methodsOf: (path) => [
      ...new Set(patterns.filter(({ expression }) => expression.test(path)).map(({ method }) => method)),
    ],
  };
}
