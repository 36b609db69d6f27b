import type { ProbeKindName, ServiceView, Status } from '@custos/contract';

/** A service of the made-up shop with its probes. */
export interface Seed {
  service: string;
  criticality: ServiceView['criticality'];
  description: string;
  needs: string[];
  probes: [name: string, kind: ProbeKindName, status: Status, base: number, reason?: string][];
}

export const seeds: Seed[] = [
  {
    service: 'Checkout',
    criticality: 'critical',
    description: 'Takes orders and hands them to the payment provider.',
    needs: ['Shop database'],
    probes: [
      ['Checkout API', 'http', 'down', 240, 'Answered 503 instead of 200 (2 of the last 2 checks failed)'],
      ['Payment webhook', 'heartbeat', 'up', 0],
      ['Payment provider', 'tcp', 'up', 18],
    ],
  },
  {
    service: 'Storefront',
    criticality: 'high',
    description: 'What customers see.',
    needs: ['Shop database', 'Cache'],
    probes: [
      ['shop.example.com', 'http', 'up', 84],
      ['shop.example.com search', 'http', 'degraded', 1240, 'Took 1.24 s; the budget is 800 ms'],
      ['Certificate of shop.example.com', 'tls', 'up', 31],
      ['Name of shop.example.com', 'dns', 'up', 9],
    ],
  },
  {
    service: 'Shop database',
    criticality: 'critical',
    description: 'PostgreSQL 18, primary.',
    needs: [],
    probes: [
      ['Primary accepts queries', 'postgres', 'up', 4],
      ['Connections in use', 'postgres', 'up', 5],
    ],
  },
  {
    service: 'Cache',
    criticality: 'medium',
    description: '',
    needs: [],
    probes: [['Redis', 'redis', 'up', 1.4]],
  },
  {
    service: 'Back office',
    criticality: 'low',
    description: 'Reports and stock.',
    needs: ['Shop database'],
    probes: [
      ['Stock import', 'heartbeat', 'maintenance', 0, 'Planned: stock system update'],
      ['Report builder', 'http', 'paused', 300, 'Paused by Ada Lovelace'],
      ['Warehouse gateway', 'tcp', 'blocked', 20, 'Office network is down'],
      ['Label printer', 'tcp', 'unknown', 20, 'Not checked yet'],
    ],
  },
];
