import { ingestStatus, type IngestSourceView, type ScrapeTargetView } from '@custos/contract';
import type { Routes } from '../../http/types.ts';
import type { Columns } from '../../storage/columns/columns.ts';

export interface IngestStatusOptions {
  readonly tally: { sources(): IngestSourceView[] };
  readonly scraper: { targets(): ScrapeTargetView[] };
  readonly metrics: { status(): { readonly series: number; readonly seriesLimit: number } };
  readonly columns: Pick<Columns, 'status'>;
  /** The address of the dashboard as people type it; null while nobody has set one. */
  readonly publicUrl: () => string | null;
  /** Where syslog is taken, such as `udp://0.0.0.0:5514`. */
  readonly syslog: { addresses(): readonly string[] };
}

/** Who sends what, what is refused and why, and whether the way to columns is free. */
export function ingestRoutes(options: IngestStatusOptions): Routes {
  const { tally, scraper, metrics, columns, publicUrl, syslog } = options;
  return async (server) => {
    server.get(
      '/api/v1/ingest',
      { config: { access: 'telemetry.manage' }, schema: { response: { 200: ingestStatus } } },
      async (request) => {
        const { series, seriesLimit } = metrics.status();
        const { state, spool } = columns.status();
        return {
          sources: tally.sources(),
          targets: scraper.targets(),
          series,
          seriesLimit,
          spool: {
            bytes: spool.bytes,
            limitBytes: spool.limitBytes,
            oldestMs: spool.oldestMs,
            lastError: spool.lastError ?? null,
            columnsUp: state === 'up',
          },
          addresses: {
            base: publicUrl() ?? `${request.protocol}://${request.host}`,
            syslog: [...syslog.addresses()],
          },
        };
      },
    );
  };
}
