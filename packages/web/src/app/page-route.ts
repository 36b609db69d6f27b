import { createRoute, lazyRouteComponent, type AnyRoute } from '@tanstack/react-router';
import type { ReactNode } from 'react';

/**
 * Loads a file, of which one component is the page. Only the names of the file are looked at: a page's type
 * comes from its links, and theirs from the router.
 */
type Load<Module> = () => Promise<Module>;

function lazily<Module extends object>(load: Load<Module>, name: keyof Module) {
  return lazyRouteComponent(async () => ({ default: (await load())[name] as () => ReactNode }));
}

/** Adds pages below `parent`: at a path, the component `name` of a file that loads with the page. */
export function under<Parent extends AnyRoute>(parent: Parent) {
  return <const Path extends string, Module extends object>(
    path: Path,
    load: Load<Module>,
    name: keyof Module,
  ) => createRoute({ getParentRoute: () => parent, path, component: lazily(load, name) });
}

/** As `under`, for pages whose addresses say more after the `?`, which `readSearch` reads. */
export function underReading<Parent extends AnyRoute, Search extends object>(
  parent: Parent,
  readSearch: (search: Record<string, unknown>) => Search,
) {
  return <const Path extends string, Module extends object>(
    path: Path,
    load: Load<Module>,
    name: keyof Module,
  ) =>
    createRoute({
      getParentRoute: () => parent,
      path,
      validateSearch: readSearch,
      component: lazily(load, name),
    });
}
