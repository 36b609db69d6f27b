import type { Catalogue } from '../catalogue.ts';
import { canonicalJson } from '../canonical-json.ts';
import type { Severity } from '../types.ts';
import { linesOf, type ExportedEvent, type ExportFormat } from './format.ts';

/** CEF's severity goes from 0 to 10: 0-3 low, 4-6 medium, 7-8 high, 9-10 very high. */
const severityOf: Readonly<Record<Severity, number>> = { info: 1, low: 3, medium: 5, high: 8, critical: 10 };

const oneLine = (text: string): string => text.replaceAll(/\r\n|[\r\n\u2028\u2029]/g, ' ');

/** In the header, backslash and bar are escaped; in the extension, backslash, equals sign and line ends. */
const header = (text: string): string => oneLine(text).replaceAll('\\', '\\\\').replaceAll('|', '\\|');
const extension = (text: string): string =>
  text
    .replaceAll('\\', '\\\\')
    .replaceAll('=', '\\=')
    .replaceAll('\r', '\\r')
    .replaceAll('\n', '\\n')
    .replaceAll(/[\u2028\u2029]/g, ' ');

function pairsOf({
  log,
  index,
  leafHash,
  event,
}: ExportedEvent): readonly (readonly [string, string | undefined])[] {
  return [
    ['rt', String(Date.parse(event.receivedTime))],
    ['start', String(Date.parse(event.time))],
    ['externalId', event.id],
    ['act', event.action],
    ['outcome', event.outcome],
    ['cat', event.type],
    ['sourceServiceName', event.source],
    ['suid', event.actor.id],
    ['suser', event.actor.name],
    // `src` takes IPv4 only; other addresses go to the extension for IPv6 or, when they are names, to shost.
    [addressKey(event.address), event.address],
    ['duid', event.target?.id],
    ['duser', event.target?.name],
    ['cs1Label', 'log'],
    ['cs1', `${log}/${index}`],
    ['cs2Label', 'leafHash'],
    ['cs2', leafHash],
    ['cs3Label', event.tenant === undefined ? undefined : 'tenant'],
    ['cs3', event.tenant],
    ['cs4Label', event.traceId === undefined ? undefined : 'traceId'],
    ['cs4', event.traceId],
    ['cs5Label', event.requestId === undefined ? undefined : 'requestId'],
    ['cs5', event.requestId],
    ['msg', canonicalJson(event.details)],
  ];
}

function addressKey(address: string | undefined): string {
  if (address === undefined || /^\d+(\.\d+){3}$/.test(address)) return 'src';
  return address.includes(':') ? 'c6a2' : 'shost';
}

/** Common Event Format, version 0 (CEF:0), one event per line, ready for the message part of syslog. */
export function createCefFormat(catalogue: Catalogue): ExportFormat {
  return {
    name: 'cef',
    mediaType: 'text/plain; charset=utf-8',
    extension: 'cef',
    write: (events) =>
      linesOf(events, (exported) => {
        const { event } = exported;
        const title = catalogue.find(event.type)?.title ?? event.type;
        const head = [
          'CEF:0',
          'Custos',
          'Custos',
          '1',
          header(event.type),
          header(title),
          severityOf[event.severity],
        ];
        const pairs = pairsOf(exported).flatMap(([key, value]) =>
          value === undefined ? [] : [`${key}=${extension(value)}`],
        );
        return `${head.join('|')}|${pairs.join(' ')}`;
      }),
  };
}
