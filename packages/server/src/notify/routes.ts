import {
  byId,
  channel,
  channelInput,
  channelPatch,
  channelTestResult,
  channelTryRequest,
  delivery,
  deliveryCounts,
  deliveryDetail,
  deliveryListQuery,
  done,
  kindDescription,
  pageOf,
  pageQuery,
} from '@custos/contract';
import { decodeCursor, pageFrom } from '../http/paging.ts';
import type { Routes } from '../http/types.ts';
import type { Notify } from './service.ts';

/** `/api/v1/channel-kinds`, `/api/v1/channels` and `/api/v1/deliveries`. */
export function notifyRoutes(notify: Pick<Notify, 'channels' | 'deliveries'>): Routes {
  const { channels, deliveries } = notify;

  return async (server) => {
    server.get(
      '/api/v1/channel-kinds',
      { config: { access: 'channel.read' }, schema: { response: { 200: pageOf(kindDescription) } } },
      async () => ({ items: channels.kinds(), nextCursor: null }),
    );

    server.get(
      '/api/v1/channels',
      {
        config: { access: 'channel.read' },
        schema: { querystring: pageQuery, response: { 200: pageOf(channel) } },
      },
      // Channels are few, so all of them are one page.
      async () => ({ items: await channels.list(), nextCursor: null }),
    );

    server.get(
      '/api/v1/channels/:id',
      { config: { access: 'channel.read' }, schema: { params: byId, response: { 200: channel } } },
      ({ params }) => channels.get(params.id),
    );

    server.post(
      '/api/v1/channels',
      {
        config: { access: 'channel.edit', audit: 'channel.create' },
        schema: { body: channelInput, response: { 200: channel } },
      },
      async (request) => {
        const made = await channels.create(request.body);
        request.auditTarget = { type: 'channel', id: made.id };
        request.auditDetails = { name: made.name, kind: made.kind };
        return made;
      },
    );

    server.patch(
      '/api/v1/channels/:id',
      {
        config: { access: 'channel.edit', audit: 'channel.update' },
        schema: { params: byId, body: channelPatch, response: { 200: channel } },
      },
      (request) => {
        const { options, ...settings } = request.body;
        // Of options only the names: their values may be secrets.
        request.auditDetails = { ...settings, ...(options && { options: Object.keys(options) }) };
        return channels.update(request.params.id, request.body);
      },
    );

    server.delete(
      '/api/v1/channels/:id',
      {
        config: { access: 'channel.edit', audit: 'channel.delete' },
        schema: { params: byId, response: { 200: done } },
      },
      async ({ params }) => {
        await channels.remove(params.id);
        return { ok: true as const };
      },
    );

    server.post(
      '/api/v1/channels/try',
      {
        config: { access: 'channel.edit', audit: 'channel.try', requestsPerMinute: 30 },
        schema: { body: channelTryRequest, response: { 200: channelTestResult } },
      },
      (request) => {
        const { kind, channelId } = request.body;
        if (channelId !== undefined) request.auditTarget = { type: 'channel', id: channelId };
        request.auditDetails = { kind };
        return channels.try(request.body);
      },
    );

    server.post(
      '/api/v1/channels/:id/test',
      {
        config: { access: 'channel.edit', audit: 'channel.test', requestsPerMinute: 30 },
        schema: { params: byId, response: { 200: channelTestResult } },
      },
      ({ params }) => channels.test(params.id),
    );

    server.get(
      '/api/v1/deliveries',
      {
        config: { access: 'delivery.read' },
        schema: {
          querystring: deliveryListQuery.extend(pageQuery.shape),
          response: { 200: pageOf(delivery) },
        },
      },
      async ({ query: { cursor, limit, ...filter } }) => {
        const [before] = cursor === undefined ? [] : decodeCursor(cursor, ['string']);
        const rows = await deliveries.list(filter, { limit: limit + 1, before });
        return pageFrom(rows, limit, (row) => [row.id]);
      },
    );

    server.get(
      '/api/v1/deliveries/counts',
      { config: { access: 'delivery.read' }, schema: { response: { 200: deliveryCounts } } },
      () => deliveries.counts(),
    );

    server.get(
      '/api/v1/deliveries/:id',
      { config: { access: 'delivery.read' }, schema: { params: byId, response: { 200: deliveryDetail } } },
      ({ params }) => deliveries.get(params.id),
    );

    server.post(
      '/api/v1/deliveries/:id/retry',
      {
        config: { access: 'delivery.retry', audit: 'delivery.retry' },
        schema: { params: byId, response: { 200: delivery } },
      },
      ({ params }) => deliveries.retry(params.id),
    );
  };
}
