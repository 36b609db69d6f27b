import type { Labels } from '../../../base/labels.ts';
import { setLabelOf } from '../label-pairs.ts';
import { valueText } from './attributes.ts';
import type { Resource, Scope } from './messages.ts';
import type { KeyValue } from './values.ts';
import { labelNameOf } from './names.ts';

/**
 * Adds attributes as labels. Attributes whose names become the same label are joined by `;` in the order of
 * their names, as the specification says.
 */
export function addLabels(
  labels: Record<string, string>,
  attributes: readonly KeyValue[] | undefined,
  prefix = '',
): void {
  if (attributes === undefined || attributes.length === 0) return;
  const sorted = attributes.toSorted((left, right) => ((left.key ?? '') < (right.key ?? '') ? -1 : 1));
  const added = new Map<string, string>();
  for (const { key = '', value } of sorted) {
    const name = labelNameOf(prefix + key);
    const text = valueText(value);
    const before = added.get(name);
    added.set(name, before === undefined ? text : `${before};${text}`);
  }
  for (const [name, value] of added) if (value !== '') setLabelOf(labels, name, value);
}

/** A text that is the same for the same attributes in the same order. */
export function attributesKey(attributes: readonly KeyValue[] | undefined): string {
  if (attributes === undefined) return '';
  let key = '';
  for (const { key: name = '', value } of attributes) {
    const text = valueText(value);
    key += `${name.length}:${name}${text.length}:${text}`;
  }
  return key;
}

/** What a resource is called in Prometheus. */
export interface TargetLabels {
  /** `job` and `instance`, as far as the resource says what it is. */
  readonly identity: Labels;
  /** Labels of `target_info`; undefined when there is nothing to tell. */
  readonly info: Labels | undefined;
}

const identifying = new Set(['service.name', 'service.namespace', 'service.instance.id']);

/** `service.namespace/service.name` is the job and `service.instance.id` the instance. */
export function targetLabels(resource: Resource | undefined): TargetLabels {
  const attributes = resource?.attributes ?? [];
  const text = (name: string): string => valueText(attributes.find(({ key }) => key === name)?.value);
  const [service, namespace, instance] = [
    text('service.name'),
    text('service.namespace'),
    text('service.instance.id'),
  ];
  const job = namespace === '' ? service : `${namespace}/${service}`;
  const identity = { ...(job === '' ? {} : { job }), ...(instance === '' ? {} : { instance }) };
  const others = attributes.filter(({ key = '' }) => !identifying.has(key));
  if (others.length === 0 || Object.keys(identity).length === 0) return { identity, info: undefined };
  const info: Record<string, string> = {};
  addLabels(info, others);
  return { identity, info: { ...info, ...identity, __name__: 'target_info' } };
}

/** The labels that say which part of a program measured. */
export function scopeLabels(scope: Scope | undefined): Labels {
  const labels: Record<string, string> = {};
  addLabels(labels, scope?.attributes, 'otel_scope_');
  if (scope?.name !== undefined && scope.name !== '') labels['otel_scope_name'] = scope.name;
  if (scope?.version !== undefined && scope.version !== '') labels['otel_scope_version'] = scope.version;
  return labels;
}
