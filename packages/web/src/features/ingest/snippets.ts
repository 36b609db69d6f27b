/** Ways to send, as they are written in the senders' own configuration. */
export interface Snippet {
  readonly name: string;
  readonly title: string;
  readonly text: string;
}

/** What to write where, for this installation. `TOKEN` stands for an API token with `telemetry.ingest`. */
export function snippets(base: string, syslog: readonly string[]): readonly Snippet[] {
  return [
    {
      name: 'otlp',
      title: 'OpenTelemetry',
      text: [
        `OTEL_EXPORTER_OTLP_ENDPOINT=${base}`,
        'OTEL_EXPORTER_OTLP_PROTOCOL=http/protobuf',
        'OTEL_EXPORTER_OTLP_HEADERS="authorization=Bearer TOKEN"',
      ].join('\n'),
    },
    {
      name: 'prometheus',
      title: 'Prometheus',
      text: [
        'remote_write:',
        `  - url: ${base}/api/v1/write`,
        '    authorization:',
        '      credentials: TOKEN',
      ].join('\n'),
    },
    {
      name: 'scrape',
      title: 'Scraping',
      text: [
        '# custos.yaml, in the notation of scrape_configs',
        'telemetry:',
        '  scrape:',
        '    - job_name: shop',
        '      static_configs: [{ targets: ["10.0.0.5:9100"] }]',
      ].join('\n'),
    },
    {
      name: 'loki',
      title: 'Promtail, Alloy',
      text: ['clients:', `  - url: ${base}/loki/api/v1/push`, '    bearer_token: TOKEN'].join('\n'),
    },
    {
      name: 'pino',
      title: 'pino',
      text: [
        'const logger = pino({',
        "  transport: { target: '@custos/client/pino',",
        `    options: { url: '${base}', token: process.env.CUSTOS_TOKEN } },`,
        '});',
      ].join('\n'),
    },
    {
      name: 'curl',
      title: 'curl',
      text: [
        `curl ${base}/api/v1/logs \\`,
        '  -H "authorization: Bearer TOKEN" -H "content-type: application/x-ndjson" \\',
        `  --data-binary '{"level":"info","service":"shop","message":"hello"}'`,
      ].join('\n'),
    },
    {
      name: 'syslog',
      title: 'syslog',
      text:
        syslog.length > 0
          ? syslog
              .map((address) => `# sends to ${address}\n*.* @@${address.replace(/^\w+:\/\//, '')}`)
              .join('\n')
          : [
              '# custos.yaml: nobody is listened to before this is written',
              'telemetry:',
              '  syslog:',
              '    - { protocol: tcp, host: 0.0.0.0, port: 5514, allow: [10.0.0.0/8] }',
            ].join('\n'),
    },
  ];
}
