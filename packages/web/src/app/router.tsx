import type { QueryClient } from '@tanstack/react-query';
import { createRouter, parseSearchWith, stringifySearchWith } from '@tanstack/react-router';
import { NotFound } from './not-found.tsx';
import { PagePending } from './page-pending.tsx';
import { pages } from './pages.ts';
import { RouteError } from './route-error.tsx';

/** The router of every page. To add a page, add a line to `pages.ts`. */
export function createAppRouter(cache: QueryClient) {
  return createRouter({
    routeTree: pages,
    context: { cache },
    // Values stay the text that they are: a token that looks like a number is still a token.
    parseSearch: parseSearchWith((value) => value),
    stringifySearch: stringifySearchWith(JSON.stringify),
    defaultPreload: 'intent',
    defaultPreloadStaleTime: 0,
    scrollRestoration: true,
    defaultPendingMs: 250,
    defaultPendingComponent: PagePending,
    defaultErrorComponent: RouteError,
    defaultNotFoundComponent: NotFound,
  });
}

declare module '@tanstack/react-router' {
  interface Register {
    router: ReturnType<typeof createAppRouter>;
  }
}
