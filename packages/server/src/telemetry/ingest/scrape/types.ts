import type { Labels } from '../../../base/labels.ts';
import type { RelabelRule } from './relabel.ts';

/**
 * - **job**: what `scrape_configs` describes: where targets come from and how they are asked.
 * - **target**: one address of a job, asked at its own moment of every interval.
 * - **group**: targets with labels of their own, as configuration and target files list them.
 * - **report**: the samples that say how a scrape went: `up` and `scrape_*`.
 */

export interface TargetGroup {
  /** `host:port` each. */
  readonly targets: readonly string[];
  readonly labels: Labels;
}

/** How a job is scraped, in Prometheus's own words; times in ms, sizes in bytes, secrets in the clear. */
export interface ScrapeJob {
  readonly job_name: string;
  readonly scrape_interval: number;
  readonly scrape_timeout: number;
  readonly metrics_path: string;
  readonly scheme: 'http' | 'https';
  readonly params: Readonly<Record<string, readonly string[]>>;
  readonly honor_labels: boolean;
  readonly honor_timestamps: boolean;
  readonly static_configs: readonly TargetGroup[];
  readonly file_sd_configs: readonly {
    readonly files: readonly string[];
    readonly refresh_interval: number;
  }[];
  readonly relabel_configs: readonly RelabelRule[];
  readonly metric_relabel_configs: readonly RelabelRule[];
  readonly follow_redirects: boolean;
  /** Asks for answers in gzip. */
  readonly enable_compression: boolean;
  /** Of what may stand in a file, the file counts (`credentials.ts`). */
  readonly basic_auth?:
    | {
        readonly username: string;
        readonly password: string;
        readonly password_file?: string | undefined;
      }
    | undefined;
  readonly authorization?:
    | {
        readonly type: string;
        readonly credentials?: string | undefined;
        readonly credentials_file?: string | undefined;
      }
    | undefined;
  readonly tls_config?:
    | {
        readonly ca?: string | undefined;
        readonly ca_file?: string | undefined;
        readonly cert?: string | undefined;
        readonly cert_file?: string | undefined;
        readonly key?: string | undefined;
        readonly key_file?: string | undefined;
        readonly server_name?: string | undefined;
        readonly insecure_skip_verify: boolean;
      }
    | undefined;
  /** Samples of one scrape after relabelling; 0 is no limit. */
  readonly sample_limit: number;
  /** Labels of one series, the name among them, and bytes of their names and values; 0 is no limit. */
  readonly label_limit: number;
  readonly label_name_length_limit: number;
  readonly label_value_length_limit: number;
  /** Targets of the job after relabelling; with more, none is asked. 0 is no limit. */
  readonly target_limit: number;
  /** Bytes of one answer after decompression; 0 is the scraper's own limit. */
  readonly body_size_limit: number;
}

/** Lets one node of several do the scraping. `jobs/leases` fits. */
export interface Seats {
  hold(
    name: string,
    turns: { onGained(hold: unknown): unknown; onLost(): unknown },
  ): { stop(): Promise<void> };
}
