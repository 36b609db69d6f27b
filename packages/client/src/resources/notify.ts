import {
  channel,
  channelTestResult,
  delivery,
  deliveryCounts,
  deliveryDetail,
  done,
  kindDescription,
  pageOf,
  type channelInput,
  type channelPatch,
  type channelTryRequest,
  type deliveryListQuery,
  type z,
} from '@custos/contract';
import type { Request } from '../transport.ts';
import type { PageRequest } from './instants.ts';

export function channelCalls(request: Request) {
  const at = (id: string, rest = ''): string => `/api/v1/channels/${encodeURIComponent(id)}${rest}`;
  return {
    /** The kinds with the JSON Schemas that forms are made from. */
    kinds: (signal?: AbortSignal) =>
      request('GET', '/api/v1/channel-kinds', { schema: pageOf(kindDescription), signal }),
    list: (page: PageRequest = {}, signal?: AbortSignal) =>
      request('GET', '/api/v1/channels', { schema: pageOf(channel), query: { ...page }, signal }),
    get: (id: string, signal?: AbortSignal) => request('GET', at(id), { schema: channel, signal }),
    create: (body: z.input<typeof channelInput>) =>
      request('POST', '/api/v1/channels', { schema: channel, body }),
    update: (id: string, body: z.input<typeof channelPatch>) =>
      request('PATCH', at(id), { schema: channel, body }),
    remove: (id: string) => request('DELETE', at(id), { schema: done }),
    /** Sends a test through a channel that is not saved. */
    try: (body: z.input<typeof channelTryRequest>) =>
      request('POST', '/api/v1/channels/try', { schema: channelTestResult, body }),
    /** Sends a test through a saved channel. */
    test: (id: string) => request('POST', at(id, '/test'), { schema: channelTestResult }),
  };
}

export function deliveryCalls(request: Request) {
  const at = (id: string, rest = ''): string => `/api/v1/deliveries/${encodeURIComponent(id)}${rest}`;
  return {
    list: (query: z.input<typeof deliveryListQuery> & PageRequest = {}, signal?: AbortSignal) =>
      request('GET', '/api/v1/deliveries', { schema: pageOf(delivery), query: { ...query }, signal }),
    /** Counts over the last 24 hours. */
    counts: (signal?: AbortSignal) =>
      request('GET', '/api/v1/deliveries/counts', { schema: deliveryCounts, signal }),
    /** One delivery with every attempt. */
    get: (id: string, signal?: AbortSignal) => request('GET', at(id), { schema: deliveryDetail, signal }),
    retry: (id: string) => request('POST', at(id, '/retry'), { schema: delivery }),
  };
}
