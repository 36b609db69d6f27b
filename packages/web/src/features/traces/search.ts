import { readText, readTime } from '../../ui/address.ts';

/** What the address of the traces says: any view can be sent to a colleague. */
export interface TracesSearch {
  readonly service?: string | undefined;
  /** Name of a span, in full. */
  readonly name?: string | undefined;
  /** Shortest duration, ms. */
  readonly min?: number | undefined;
  readonly errors?: 'yes' | undefined;
  /** Name of a range that ends now; or else both ends, ms. */
  readonly range?: string | undefined;
  readonly from?: number | undefined;
  readonly to?: number | undefined;
}

function amount(value: unknown): number | undefined {
  const parsed = Number(readText(value));
  return Number.isFinite(parsed) && parsed >= 0 ? parsed : undefined;
}

/** Reads the address; what is not understood does not filter. */
export function readTracesSearch(search: Record<string, unknown>): TracesSearch {
  return {
    service: readText(search['service']),
    name: readText(search['name']),
    min: amount(search['min']),
    errors: search['errors'] === 'yes' ? 'yes' : undefined,
    ...readTime(search),
  };
}

/** Whether anything but the time is asked. */
export function isFiltered({ service, name, min, errors }: TracesSearch): boolean {
  return service !== undefined || name !== undefined || min !== undefined || errors !== undefined;
}
