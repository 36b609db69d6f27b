import { readText } from '../ui/address.ts';

/** Reads parameters of an address that are one text each. */
export function texts<Name extends string>(...names: readonly Name[]) {
  return (search: Record<string, unknown>) =>
    Object.fromEntries(names.map((name) => [name, readText(search[name])])) as {
      readonly [Each in Name]?: string | undefined;
    };
}
