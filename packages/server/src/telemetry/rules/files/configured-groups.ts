import { globSync, readFileSync } from 'node:fs';
import { messageOf } from '../../../base/errors.ts';
import { faultyRules } from '../errors.ts';
import { groupOf } from '../groups.ts';
import { fileGroupId } from '../identity.ts';
import type { RuleGroup } from '../types.ts';
import { readRuleFile, type RuleFault } from './read-rule-file.ts';

const fault = (message: string): RuleFault => ({ line: null, group: '', rule: '', message });

/**
 * Reads the rule files of the configuration: paths, or patterns such as `rules/*.yml`.
 *
 * Raises `invalid_input` with every fault of the first file that has one, or that cannot be read.
 */
export function readConfiguredGroups(patterns: readonly string[]): RuleGroup[] {
  const paths = new Set<string>();
  for (const pattern of patterns) {
    const found = /[*?[{]/.test(pattern) ? globSync(pattern).toSorted() : [pattern];
    for (const path of found) paths.add(path);
  }
  const groups: RuleGroup[] = [];
  for (const path of paths) {
    let text: string;
    try {
      text = readFileSync(path, 'utf8');
    } catch (error) {
      throw faultyRules(path, [fault(`cannot be read: ${messageOf(error)}`)]);
    }
    const file = readRuleFile(text);
    if (file.faults.length > 0) throw faultyRules(path, file.faults);
    for (const group of file.groups) {
      const place = { id: fileGroupId(path, group.name), file: path, enabled: true, channelIds: [] };
      groups.push(groupOf(group, place));
    }
  }
  return groups;
}
