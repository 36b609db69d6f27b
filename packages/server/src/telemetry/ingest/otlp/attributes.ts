import type { AnyValue, KeyValue } from './values.ts';

/** A value as JSON knows it. */
function plain(value: AnyValue): string | number | boolean | object | null {
  if (value.stringValue !== undefined) return value.stringValue;
  if (value.intValue !== undefined) return value.intValue;
  if (value.doubleValue !== undefined) {
    return Number.isFinite(value.doubleValue) ? value.doubleValue : String(value.doubleValue);
  }
  if (value.boolValue !== undefined) return value.boolValue;
  if (value.bytesValue !== undefined) return value.bytesValue;
  if (value.arrayValue !== undefined) return (value.arrayValue.values ?? []).map(plain);
  if (value.kvlistValue === undefined) return null;
  return Object.fromEntries(
    (value.kvlistValue.values ?? []).map(({ key = '', value: inner }) => [key, plain(inner ?? {})]),
  );
}

/** A value as text: what has parts becomes JSON (OpenTelemetry, "Attributes to labels"). */
export function valueText(value: AnyValue | undefined): string {
  if (value === undefined) return '';
  if (value.stringValue !== undefined) return value.stringValue;
  if (value.intValue !== undefined) return String(value.intValue);
  const simple = plain(value);
  if (simple === null) return '';
  return typeof simple === 'string' ? simple : JSON.stringify(simple);
}

/** Sets a field, whatever it is called. */
export function setField(fields: Record<string, string>, name: string, value: string): void {
  if (name === '__proto__') {
    Object.defineProperty(fields, name, { value, enumerable: true, configurable: true, writable: true });
  } else fields[name] = value;
}

/** Adds attributes to `fields`; nested ones are named by paths with dots, lists become JSON. */
export function addAttributes(
  fields: Record<string, string>,
  attributes: readonly KeyValue[] | undefined,
  prefix = '',
): void {
  if (attributes === undefined) return;
  for (const { key = '', value } of attributes) {
    const name = prefix + key;
    if (value?.kvlistValue !== undefined) addAttributes(fields, value.kvlistValue.values, `${name}.`);
    else setField(fields, name, valueText(value));
  }
}
