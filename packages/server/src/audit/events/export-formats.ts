import type { Catalogue } from './catalogue.ts';
import { createCefFormat } from './export/cef.ts';
import { cloudEventsFormat } from './export/cloudevents.ts';
import { csvFormat } from './export/csv.ts';
import { createEcsFormat } from './export/ecs.ts';
import type { ExportFormat } from './export/format.ts';
import { ndjsonFormat } from './export/ndjson.ts';
import { createOcsfFormat } from './export/ocsf.ts';

/** Every form that events are exported in, by name. */
export function exportFormats(catalogue: Catalogue): ReadonlyMap<string, ExportFormat> {
  const formats = [
    ndjsonFormat,
    csvFormat,
    createCefFormat(catalogue),
    createEcsFormat(catalogue),
    createOcsfFormat(catalogue),
    cloudEventsFormat,
  ];
  return new Map(formats.map((format) => [format.name, format]));
}
