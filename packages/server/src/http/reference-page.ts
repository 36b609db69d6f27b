import swaggerUi from '@fastify/swagger-ui';
import { errorCodes } from '@custos/contract';
import { errorReferencePath } from './problem.ts';
import type { Server } from './types.ts';

/** Where the reference page and its files live. */
export const referencePath = '/api/docs';

/** The page that `type` of every problem document points to. */
function errorPage(): string {
  const rows = Object.entries(errorCodes).map(
    ([code, meaning]) => `<dt id="${code}"><code>${code}</code></dt><dd>${meaning.replaceAll('`', '')}</dd>`,
  );
  return `<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><title>Custos: error codes</title>
<meta name="viewport" content="width=device-width, initial-scale=1"></head>
<body><main><h1>Error codes</h1>
<p>Every error reply carries one of these codes. A code is never renamed or reused.</p>
<dl>${rows.join('\n')}</dl></main></body></html>
`;
}

/** Serves the API's reference under `/api/docs`, from our own files only. */
export async function installReferencePage(app: Server): Promise<void> {
  const page = errorPage();
  app.route({
    method: 'GET',
    url: errorReferencePath,
    config: { access: 'public' },
    schema: { hide: true } as object,
    handler: async (_request, reply) => reply.type('text/html; charset=utf-8').send(page),
  });
  await app.register(swaggerUi, {
    routePrefix: referencePath,
    uiConfig: {
      // Without the bar at the top, which shows another project's logo.
      layout: 'BaseLayout',
      docExpansion: 'none',
      deepLinking: true,
      tryItOutEnabled: false,
      persistAuthorization: false,
    },
    theme: { title: 'Custos API' },
  });
}
