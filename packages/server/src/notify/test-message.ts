import type { Message } from './types.ts';

/** What "Send test" sends: like a real message in every part, and plainly a test. */
export function testMessage(channelName: string, now: number): Message {
  return {
    event: 'test',
    title: 'Test message from Custos',
    summary: `If you can read this, the channel "${channelName}" works.`,
    description: 'Nothing is wrong. Somebody pressed "Send test".',
    severity: 'info',
    labels: {},
    value: null,
    threshold: null,
    startedAt: now,
    resolvedAt: null,
    alertId: null,
    probeId: null,
    serviceName: null,
    path: '/channels',
    acknowledgePath: null,
  };
}
