import * as contract from '@custos/contract';
import type { z } from 'zod';
import { makeId } from './chance.ts';

const now = Date.now();
type Rule = contract.MetricRuleView;

const rule = (part: Partial<Rule> & Pick<Rule, 'name' | 'expression'>): Rule => ({
  kind: 'alert',
  forMs: 300_000,
  keepFiringForMs: 0,
  labels: { severity: 'critical' },
  annotations: { summary: 'Memory of {{ $labels.job }} is at {{ $value }}' },
  state: 'inactive',
  health: 'ok',
  lastError: null,
  lastEvaluatedAt: now - 4_000,
  evaluationMs: 1.4,
  instances: [],
  ...part,
});

const source = `groups:
  - name: processes
    interval: 15s
    rules:
      - alert: MemoryHigh
        expr: process_resident_memory_bytes > 2e8
        for: 5m
`;

const groups: contract.MetricRuleGroupView[] = [
  {
    id: 'mrg_1',
    name: 'processes',
    file: null,
    origin: 'dashboard',
    enabled: true,
    intervalMs: 15_000,
    channelIds: [],
    source,
    lastEvaluatedAt: now - 4_000,
    missed: 0,
    rules: [
      rule({
        name: 'MemoryHigh',
        expression: 'process_resident_memory_bytes > 2e8',
        state: 'firing',
        instances: [
          {
            labels: { alertname: 'MemoryHigh', job: 'worker', instance: 'worker-1:9090' },
            annotations: { summary: 'Memory of worker is at 271 MB' },
            state: 'firing',
            activeAt: now - 1_800_000,
            value: 271_000_000,
          },
          {
            labels: { alertname: 'MemoryHigh', job: 'checkout', instance: 'checkout-1:9090' },
            annotations: { summary: 'Memory of checkout is at 231 MB' },
            state: 'pending',
            activeAt: now - 120_000,
            value: 231_000_000,
          },
        ],
      }),
      rule({ name: 'ProcessorBusy', expression: 'rate(process_cpu_seconds_total[5m]) > 2' }),
      rule({
        name: 'job:cpu:rate5m',
        kind: 'record',
        expression: 'sum by (job) (rate(process_cpu_seconds_total[5m]))',
        forMs: 0,
        state: 'recording',
        labels: {},
        annotations: {},
      }),
    ],
  },
  {
    id: 'mrg_2',
    name: 'queues',
    file: 'rules/queues.yml',
    origin: 'configuration',
    enabled: true,
    intervalMs: 60_000,
    channelIds: [],
    source:
      'groups:\n  - name: queues\n    interval: 1m\n    rules:\n      - alert: QueueDeep\n        expr: queue_depth > 100\n',
    lastEvaluatedAt: now - 24_000,
    missed: 3,
    rules: [
      rule({
        name: 'QueueDeep',
        expression: 'queue_depth / on (shard) group_left queue_limit > 1',
        health: 'error',
        lastError:
          'found duplicate series for the match group {shard="1"} on the right hand-side of the operation',
      }),
    ],
  },
];

type Answer = { schema: z.ZodType; value: unknown };
type Call = { id: string; state: string; body: Record<string, unknown> };

/** Rules on metrics; an open bracket in a file is a fault at its line. */
export const metricRuleRoutes = [
  {
    method: 'GET',
    path: '/metric-rules',
    run: ({ state }: Call): Answer => ({
      schema: contract.metricRuleGroups,
      value: { groups: state === 'empty' ? [] : groups },
    }),
  },
  {
    method: 'POST',
    path: '/metric-rules/check',
    run: ({ body }: Call): Answer => {
      const lines = String(body['source']).split('\n');
      const faulty = lines.findIndex((line) => line.split('(').length !== line.split(')').length);
      return {
        schema: contract.metricRulesCheck,
        value: {
          groups: lines.filter((line) => /- name:/.test(line)).length,
          rules: lines.filter((line) => /- (alert|record):/.test(line)).length,
          faults:
            faulty < 0
              ? []
              : [
                  {
                    line: faulty + 1,
                    group: 'shop',
                    rule: 'ManyErrors',
                    message: 'could not parse expression: 1:12: parse error: unclosed left parenthesis',
                  },
                ],
        },
      };
    },
  },
  {
    method: 'POST',
    path: '/metric-rules',
    run: ({ body }: Call): Answer => {
      const first = groups[0];
      if (first === undefined) throw new Error('There is no group to copy.');
      const made = { ...first, id: makeId('mrg'), name: 'new', source: String(body['source']) };
      groups.push(made);
      return { schema: contract.metricRuleGroups, value: { groups: [made] } };
    },
  },
  {
    method: 'PUT',
    path: '/metric-rules/:id',
    run: ({ id, body }: Call): Answer => ({
      schema: contract.metricRuleGroup,
      value: Object.assign(groups.find((each) => each.id === id) ?? {}, body),
    }),
  },
];
