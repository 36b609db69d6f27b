import type { Clock } from '../../base/clock.ts';
import { createGate } from '../../base/gate.ts';
import { PromqlError } from '../promql/errors.ts';
import type { PromqlEngine } from '../promql/engine.ts';
import { isLabelName } from '../promql/matcher.ts';
import { formatQuery } from '../promql/syntax/format.ts';
import { parseQuery } from '../promql/syntax/parse.ts';
import type { QueryResult } from '../promql/types.ts';
import { ApiError, invalidParameter, ofQuery } from './api-error.ts';
import { unescapeName } from './escaped-name.ts';
import { expressionView } from './expression-view.ts';
import {
  boundsParameters,
  durationParameter,
  limitParameter,
  rangeParameters,
  selectorParameters,
  timeParameter,
  type Parameters,
} from './parameters.ts';
import { activeAlerts, ruleGroups } from './rule-views.ts';
import type { CatalogueQuery, MetricCatalogue, RuleSource } from './types.ts';
import { pageOf } from './rule-pages.ts';
import { limited, withStatistics, type WrittenResult } from './write-result.ts';

export interface QueryApiParts {
  readonly engine: PromqlEngine;
  readonly catalogue: MetricCatalogue;
  readonly rules: RuleSource;
  readonly clock: Clock;
  readonly version: string;
}

/** `data` of an answer, and what is said beside it. */
export interface Answer {
  readonly data: unknown;
  readonly warnings?: readonly string[];
}

/**
 * Queries that are worked out at the same time. Each may hold many samples, and there is one thread for all of
 * them; rules do not stand in this line.
 */
const queriesAtOnce = 8;

/** The version of Prometheus's API that is spoken; clients such as Grafana decide by it what they may ask. */
const spokenVersion = '3.5.0';

async function asked<T>(work: () => T | Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof PromqlError) throw ofQuery(error);
    throw error;
  }
}

const cut = <T>(list: readonly T[], limit: number | undefined): Answer =>
  limit === undefined || list.length <= limit
    ? { data: list }
    : { data: list.slice(0, limit), warnings: ['results truncated due to limit'] };

/** The calls of Prometheus's HTTP API (version 1), one function each. They throw `ApiError`. */
export function createQueryApi({ engine, catalogue, rules, clock, version }: QueryApiParts) {
  const gate = createGate(queriesAtOnce);

  /** What the catalogue finds, as much of it as is wanted. */
  async function look<T>(
    from: Parameters,
    find: (query: CatalogueQuery) => Promise<readonly T[]>,
  ): Promise<Answer> {
    const limit = limitParameter(from);
    const { fromMs, toMs } = rangeParameters(from, clock.now());
    const selectors = selectorParameters(from);
    if (toMs < fromMs) return { data: [] };
    // One more than is wanted tells whether there is more.
    const query = { selectors, fromMs, toMs, ...(limit === undefined ? {} : { limit: limit + 1 }) };
    return cut(await find(query), limit);
  }

  async function evaluated(
    query: () => Promise<QueryResult>,
    limit: number | undefined,
  ): Promise<WrittenResult> {
    const started = clock.monotonic();
    const result = await gate(() => asked(query));
    return withStatistics(limited(result, limit), clock.monotonic() - started);
  }

  return {
    async instant(from: Parameters, signal: AbortSignal): Promise<WrittenResult> {
      const limit = limitParameter(from);
      const atMs = timeParameter(from, 'time', clock.now());
      const query = { query: from.text('query'), atMs, ...boundsParameters(from), signal };
      return evaluated(() => engine.instant(query), limit);
    },

    async range(from: Parameters, signal: AbortSignal): Promise<WrittenResult> {
      const limit = limitParameter(from);
      const fromMs = timeParameter(from, 'start');
      const toMs = timeParameter(from, 'end');
      if (toMs < fromMs) throw invalidParameter('end', 'end timestamp must not be before start time');
      const stepMs = durationParameter(from, 'step');
      if (stepMs <= 0) {
        throw invalidParameter(
          'step',
          'zero or negative query resolution step widths are not accepted. Try a positive integer',
        );
      }
      if ((toMs - fromMs) / stepMs > 11_000) {
        throw new ApiError(
          'bad_data',
          'exceeded maximum resolution of 11,000 points per timeseries. Try decreasing the query resolution (?step=XX)',
        );
      }
      const query = { query: from.text('query'), fromMs, toMs, stepMs, ...boundsParameters(from), signal };
      return evaluated(() => engine.range(query), limit);
    },

    async labelNames(from: Parameters): Promise<Answer> {
      return look(from, (query) => catalogue.labelNames(query));
    },

    async labelValues(escaped: string, from: Parameters): Promise<Answer> {
      const name = unescapeName(escaped);
      if (!isLabelName(name)) throw new ApiError('bad_data', `invalid label name: ${JSON.stringify(name)}`);
      return look(from, (query) => catalogue.labelValues(name, query));
    },

    async series(from: Parameters): Promise<Answer> {
      if (from.all('match[]').length === 0) throw new ApiError('bad_data', 'no match[] parameter provided');
      return look(from, (query) => catalogue.series(query));
    },

    async metadata(from: Parameters): Promise<Answer> {
      const limit = limitParameter(from);
      const name = from.text('metric');
      const data: Record<string, { type: string; help: string; unit: string }[]> = Object.create(null);
      let count = 0;
      for (const { name: metric, type, help, unit } of catalogue.metadata(name === '' ? undefined : name)) {
        if (limit !== undefined && count >= limit) break;
        data[metric] = [{ type, help, unit }];
        count += 1;
      }
      return { data };
    },

    async rules(from: Parameters): Promise<Answer> {
      const type = from.text('type');
      if (!['', 'alert', 'record'].includes(type)) {
        throw invalidParameter('type', `not supported value ${JSON.stringify(type)}`);
      }
      const filter = {
        type,
        names: from.all('rule_name[]'),
        groups: from.all('rule_group[]'),
        files: from.all('file[]'),
        selectors: selectorParameters(from),
        withAlerts: from.text('exclude_alerts') !== 'true',
      };
      return { data: pageOf(ruleGroups(await rules.list(), filter), from) };
    },

    async alerts(): Promise<Answer> {
      return { data: { alerts: activeAlerts(await rules.list()) } };
    },

    /** Exemplars are not stored. A query that cannot be read is refused all the same. */
    async exemplars(from: Parameters): Promise<Answer> {
      try {
        formatQuery(from.text('query'));
      } catch (error) {
        if (error instanceof PromqlError) throw new ApiError('bad_data', error.message, error);
        throw error;
      }
      return { data: [] };
    },

    async formatted(from: Parameters): Promise<Answer> {
      return { data: await asked(() => formatQuery(from.text('query'))) };
    },

    async parsed(from: Parameters): Promise<Answer> {
      return { data: await asked(() => expressionView(parseQuery(from.text('query')))) };
    },

    async buildInfo(): Promise<Answer> {
      return {
        data: {
          version: spokenVersion,
          revision: `custos-${version}`,
          branch: 'custos',
          buildUser: '',
          buildDate: '',
          goVersion: '',
        },
      };
    },

    /** Custos has neither flags nor a configuration file of Prometheus. */
    flags: async (): Promise<Answer> => ({ data: {} }),
    configuration: async (): Promise<Answer> => ({ data: { yaml: '' } }),
  };
}
