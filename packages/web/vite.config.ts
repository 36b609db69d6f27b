import react from '@vitejs/plugin-react';
import { defineConfig, type Plugin } from 'vite';

/** Serves made-up, schema-checked data in development when CUSTOS_MOCK is set; never part of a build. */
const mockApi: Plugin = {
  name: 'custos-mock-api',
  apply: 'serve',
  async configureServer(server) {
    if (process.env['CUSTOS_MOCK'] === undefined) return;
    const { createMock } = await import('./dev/mock.ts');
    const answer = createMock();
    server.middlewares.use((request, reply, next) => {
      if (!answer(request, reply)) next();
    });
  },
};

const custos = process.env['CUSTOS_URL'] ?? 'http://127.0.0.1:4600';

export default defineConfig({
  plugins: [react(), mockApi],
  server: {
    port: 4610,
    proxy: {
      '/api': { target: custos, changeOrigin: true },
      '/prometheus': { target: custos, changeOrigin: true },
      // What the logs serve; the page of the ledger is at `/ledger` itself.
      '^/ledger/.+': { target: custos, changeOrigin: true },
      '/readyz': custos,
    },
  },
  build: {
    target: 'es2023',
    // Everything is a file of its own: the content security policy allows no data: scripts or styles.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
    rolldownOptions: {
      output: {
        codeSplitting: {
          groups: [
            // A file per icon, or per word of the design system, would be dozens of requests.
            { name: 'icons', test: /@tabler[\\/]icons-react/ },
            {
              name: 'ui',
              test: /src[\\/](ui[\\/](status|severity|time|format|clock|page|states|link|glow|alert-state|delivery-state|list|list-keys|short-id|meter|origin|logo|range|top-slot)\b|data[\\/](?!metrics|promql))/,
            },
          ],
        },
      },
    },
  },
});
