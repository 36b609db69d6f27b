import { MantineProvider } from '@mantine/core';
import { QueryClientProvider } from '@tanstack/react-query';
import { RouterProvider } from '@tanstack/react-router';
import { lazy, Suspense, useState } from 'react';
import { theme } from '../ui/theme.ts';
import { createCache } from './cache.ts';
import { createAppRouter } from './router.tsx';

const Notes = lazy(async () => {
  await new Promise((resolve) => window.setTimeout(resolve, 1500));
  return import('./notes.tsx');
});

/** Everything the pages stand on. */
export function App() {
  const [cache] = useState(createCache);
  const [router] = useState(() => createAppRouter(cache));
  return (
    <MantineProvider
      theme={theme}
      defaultColorScheme="auto"
      withCssVariables={false}
      withGlobalClasses={false}
    >
      <QueryClientProvider client={cache}>
        <RouterProvider router={router} />
        <Suspense>
          <Notes />
        </Suspense>
      </QueryClientProvider>
    </MantineProvider>
  );
}
