import type { Clock } from '../../base/clock.ts';
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
  durationParameter,
  limitParameter,
  rangeParameters,
  selectorParameters,
  timeParameter,
  type Parameters,
} from './parameters.ts';
import { activeAlerts, ruleGroups } from './rule-views.ts';
import type { CatalogueQuery, MetricCatalogue, RuleSource } from './types.ts';
import { limited } from './write-result.ts';

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
  function catalogueQuery(from: Parameters): CatalogueQuery & { limit?: number } {
    const limit = limitParameter(from);
    return {
      selectors: selectorParameters(from),
      ...rangeParameters(from, clock.now()),
      // One more than is wanted tells whether there is more.
      ...(limit === undefined ? {} : { limit: limit + 1 }),
    };
  }

  return {
    async instant(from: Parameters, signal: AbortSignal): Promise<QueryResult> {
      const limit = limitParameter(from);
      const atMs = timeParameter(from, 'time', clock.now());
      if (from.text('timeout') !== '') durationParameter(from, 'timeout');
      return limited(await asked(() => engine.instant({ query: from.text('query'), atMs, signal })), limit);
    },

    async range(from: Parameters, signal: AbortSignal): Promise<QueryResult> {
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
      if (from.text('timeout') !== '') durationParameter(from, 'timeout');
      const query = from.text('query');
      return limited(await asked(() => engine.range({ query, fromMs, toMs, stepMs, signal })), limit);
    },

    async labelNames(from: Parameters): Promise<Answer> {
      return cut(await catalogue.labelNames(catalogueQuery(from)), limitParameter(from));
    },

    async labelValues(escaped: string, from: Parameters): Promise<Answer> {
      const name = unescapeName(escaped);
      if (!isLabelName(name)) throw new ApiError('bad_data', `invalid label name: ${JSON.stringify(name)}`);
      return cut(await catalogue.labelValues(name, catalogueQuery(from)), limitParameter(from));
    },

    async series(from: Parameters): Promise<Answer> {
      const query = catalogueQuery(from);
      if (query.selectors.length === 0) throw new ApiError('bad_data', 'no match[] parameter provided');
      return cut(await catalogue.series(query), limitParameter(from));
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
      return { data: { groups: ruleGroups(await rules.list(), filter) } };
    },

    async alerts(): Promise<Answer> {
      return { data: { alerts: activeAlerts(await rules.list()) } };
    },

    /** Exemplars are not stored. A query that cannot be read is refused all the same. */
    async exemplars(from: Parameters): Promise<Answer> {
      await asked(() => formatQuery(from.text('query')));
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
