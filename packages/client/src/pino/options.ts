/** How log lines get from a pino logger to Custos. */
export interface PinoTransportOptions {
  /** Where Custos is, such as `https://custos.example.com`. */
  readonly url: string;
  /** An API token with `telemetry.ingest`. */
  readonly token: string;
  /** For lines that do not name their service; pino's own `name` and `service` count before it. */
  readonly service?: string;
  /** Lines of one request; 1,000 unless told. */
  readonly batchLines?: number;
  /** Longest that a line waits for others, ms; 1,000 unless told. */
  readonly lingerMs?: number;
  /** Most that may wait, in bytes; 16 MiB unless told. Beyond it the oldest lines are dropped and counted. */
  readonly bufferBytes?: number;
  /** Time for one request, ms; 10,000 unless told. */
  readonly timeoutMs?: number;
  /** Longest wait between two tries, ms; 30,000 unless told. */
  readonly retryMaxMs?: number;
  /** Longest that the end of the program is held up for what waits, ms; 5,000 unless told. */
  readonly closeTimeoutMs?: number;
}

export type Settings = Required<PinoTransportOptions>;

const defaults = {
  service: '',
  batchLines: 1_000,
  lingerMs: 1_000,
  bufferBytes: 16 * 1024 * 1024,
  timeoutMs: 10_000,
  retryMaxMs: 30_000,
  closeTimeoutMs: 5_000,
};

/** Fills in defaults; throws a `TypeError` that names the option that is wrong. */
export function settingsOf(options: PinoTransportOptions): Settings {
  const settings = { ...defaults, ...options };
  if (!URL.canParse(settings.url) || !/^https?:$/.test(new URL(settings.url).protocol)) {
    throw new TypeError('The option `url` must be where Custos is, such as https://custos.example.com.');
  }
  if (typeof settings.token !== 'string' || settings.token === '') {
    throw new TypeError('The option `token` must be an API token of Custos with telemetry.ingest.');
  }
  for (const name of ['batchLines', 'bufferBytes', 'timeoutMs', 'retryMaxMs'] as const) {
    if (!(Number.isFinite(settings[name]) && settings[name] > 0)) {
      throw new TypeError(`The option \`${name}\` must be a number above zero.`);
    }
  }
  return settings;
}
