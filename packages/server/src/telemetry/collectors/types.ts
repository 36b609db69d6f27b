import type { Labels } from '../../base/labels.ts';

/**
 * - **collector**: reads figures of something that Custos watches by itself, in the names that exporters of
 *   the Prometheus world use, so that people's dashboards and rules fit.
 * - **measurement**: one figure of one reading.
 */

export interface Measurement {
  readonly name: string;
  readonly type: 'counter' | 'gauge';
  readonly help: string;
  readonly labels?: Labels;
  readonly value: number;
}

export interface Collector {
  /** Such as `host`; the source on the ingest page. */
  readonly name: string;
  /** `job` and `instance`, and whatever else every figure has. */
  readonly labels: Labels;
  collect(signal: AbortSignal): Promise<readonly Measurement[]>;
  /** Ends what measures in the background. */
  stop?(): void;
}

/** A PostgreSQL database that is probed. */
export interface PostgresTarget {
  readonly kind: 'postgres';
  /** `host:port/database`; stays the same. */
  readonly instance: string;
  /** Runs reading statements in one connection and gives the rows of each. */
  read(
    statements: readonly string[],
    signal: AbortSignal,
  ): Promise<readonly (readonly Readonly<Record<string, unknown>>[])[]>;
}

/** A Redis server that is probed. */
export interface RedisTarget {
  readonly kind: 'redis';
  /** `host:port`. */
  readonly instance: string;
  /** The answer to `INFO`. */
  info(signal: AbortSignal): Promise<string>;
}

/** The databases that are probed at present; `probes/` knows them. */
export interface DatabaseTargets {
  list(): Promise<readonly (PostgresTarget | RedisTarget)[]>;
}
