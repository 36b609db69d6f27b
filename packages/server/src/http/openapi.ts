import swagger from '@fastify/swagger';
import { permissions, problem, type Permission } from '@custos/contract';
import type { FastifySchema, RouteOptions } from 'fastify';
import { createJsonSchemaTransform } from 'fastify-type-provider-zod';
import { z } from 'zod';
import type { RouteAccess, Server } from './types.ts';

const problemReference = '#/components/schemas/Problem';

/** Formats say enough; the expressions behind them run over several lines. */
function withoutPatterns({ jsonSchema }: { jsonSchema: Record<string, unknown> }): void {
  if (jsonSchema['format'] !== undefined) delete jsonSchema['pattern'];
}

const toJsonSchemas = createJsonSchemaTransform({
  zodToJsonConfig: { override: withoutPatterns as never, unrepresentable: 'any' },
});

function accessSentence(access: RouteAccess): string {
  if (access === 'public') return 'Open to everybody.';
  if (access === 'signed-in') return 'Needs a sign-in or an API token.';
  return `Needs the permission \`${access}\`: ${permissions[access satisfies Permission].toLowerCase()}.`;
}

/** `/api/v1/probes/:id/check` by POST becomes `post_probes_id_check`. */
function operationId(method: string, url: string): string {
  const words = url.replace(/^\/api\/v1/, '').match(/[A-Za-z0-9]+/g) ?? ['root'];
  return [method.toLowerCase(), ...words].join('_');
}

/** `/api/v1/probes/:id` belongs to `probes`. */
function tagOf(url: string): string {
  return /^\/api\/v1\/([a-z-]+)/.exec(url)?.[1] ?? 'other';
}

interface Described extends FastifySchema {
  description?: string;
  summary?: string;
  tags?: readonly string[];
  operationId?: string;
  response?: Record<string, unknown>;
}

/** What the document says about a route besides its schemas. */
function describe(schema: Described, route: RouteOptions): Record<string, unknown> {
  const access = route.config?.access ?? 'signed-in';
  const sentences = [schema.description, accessSentence(access)];
  if (route.config?.audit !== undefined) sentences.push(`Audited as \`${route.config.audit}\`.`);
  const { stepUp, approval } = route.config ?? {};
  if (stepUp === true) {
    sentences.push('Needs a proof of the last five minutes of who is calling (`step_up_required`).');
  }
  if (approval !== undefined) {
    const how = 'answered 202 with the request until another person has approved it';
    sentences.push(`Can need a second person (\`${approval}\`): it is then ${how}.`);
  }
  const methods = [route.method].flat();
  const [method = 'GET'] = methods;
  return {
    ...schema,
    // An operation's id is its own, and a route of several methods is described only once.
    ...(methods.length > 1 ? {} : { operationId: schema.operationId ?? operationId(method, route.url) }),
    tags: schema.tags ?? [tagOf(route.url)],
    description: sentences.filter((sentence) => sentence !== undefined).join('\n\n'),
    security: access === 'public' ? [] : [{ session: [] }, { token: [] }],
    'x-access': access,
    ...(route.config?.audit === undefined ? {} : { 'x-audit': route.config.audit }),
    ...(stepUp === true ? { 'x-step-up': true } : {}),
    ...(approval === undefined ? {} : { 'x-approval': approval }),
    response: {
      ...(schema.response ?? { 200: { description: 'Done' } }),
      default: {
        description: 'An error, as a problem document (RFC 9457) with a stable `code`.',
        content: { 'application/problem+json': { schema: { $ref: problemReference } } },
      },
    },
  };
}

/** Describes every route that is registered afterwards as OpenAPI 3.1, served at `/api/openapi.json`. */
export async function installOpenApi(
  app: Server,
  options: { readonly version: string; readonly sessionCookieName: string },
): Promise<void> {
  const { $schema: _dialect, ...problemSchema } = z.toJSONSchema(problem);
  await app.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: {
        title: 'Custos',
        version: options.version,
        description:
          'Times are RFC 3339 in UTC. Lists are paged by cursor: pass `nextCursor` back as `cursor`. ' +
          'Errors are problem documents (RFC 9457). Changes with a session cookie are taken from the ' +
          'dashboard’s own origin only; programs send an API token.',
      },
      components: {
        securitySchemes: {
          session: { type: 'apiKey', in: 'cookie', name: options.sessionCookieName },
          token: { type: 'http', scheme: 'bearer' },
        },
        schemas: { Problem: problemSchema as never },
      },
    },
    transform: (document) => {
      const { schema, url } = toJsonSchemas({ ...document, schema: document.schema ?? {} } as never);
      const described = schema as Described & { hide?: boolean };
      if (described.hide === true) return { schema: described, url };
      return { schema: describe(described, document.route), url };
    },
  });
  let text: string | undefined;
  app.route({
    method: 'GET',
    url: '/api/openapi.json',
    config: { access: 'public' },
    schema: { hide: true } as object,
    handler: async (_request, reply) => {
      text ??= JSON.stringify(app.swagger());
      return reply.type('application/json; charset=utf-8').send(text);
    },
  });
}
