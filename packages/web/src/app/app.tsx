import { MantineProvider } from '@mantine/core';
import { Notifications } from '@mantine/notifications';
import { QueryClientProvider } from '@tanstack/react-query';
import { RouterProvider } from '@tanstack/react-router';
import { useState } from 'react';
import { theme } from '../ui/theme.ts';
import { createCache } from './cache.ts';
import { createAppRouter } from './router.tsx';

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
        <Notifications position="bottom-right" limit={3} />
      </QueryClientProvider>
    </MantineProvider>
  );
}
