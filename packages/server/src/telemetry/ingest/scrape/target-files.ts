import { glob, readFile, stat } from 'node:fs/promises';
import { parse } from 'yaml';
import { z } from 'zod';
import { messageOf } from '../../../base/errors.ts';
import { targetGroup } from './configuration.ts';
import type { TargetGroup } from './types.ts';

const groups = z.array(targetGroup);
const largestFile = 16 * 1024 * 1024;

interface ReadFile {
  readonly stamp: string;
  readonly groups: readonly TargetGroup[];
}

export interface TargetFiles {
  /** The groups of all files that match. A file that cannot be read keeps what it last had. */
  read(): Promise<readonly TargetGroup[]>;
  /** What is wrong at present, by file. */
  faults(): ReadonlyMap<string, string>;
}

/**
 * Reads targets from files in the form of Prometheus's `file_sd_configs`: JSON or YAML lists of
 * `{ targets, labels }`. A `*` may stand in the last part of a path. A file is read again once its time or
 * size has changed.
 */
export function createTargetFiles(patterns: readonly string[]): TargetFiles {
  const files = new Map<string, ReadFile>();
  const faults = new Map<string, string>();

  async function readOne(path: string): Promise<void> {
    const { mtimeMs, size, ino } = await stat(path);
    const stamp = `${mtimeMs} ${size} ${ino}`;
    if (files.get(path)?.stamp === stamp) return;
    if (size > largestFile) throw new Error(`It is larger than ${largestFile} bytes.`);
    const text = await readFile(path, 'utf8');
    const content: unknown = path.endsWith('.json') ? JSON.parse(text) : parse(text);
    const found = groups.safeParse(content ?? []);
    if (!found.success) {
      const [issue] = found.error.issues;
      throw new Error(
        `${issue?.path.join('.') ?? ''} ${issue?.message ?? 'is not a list of targets'}`.trim(),
      );
    }
    const labelled = found.data.map((group) => ({
      ...group,
      labels: { __meta_filepath: path, ...group.labels },
    }));
    files.set(path, { stamp, groups: labelled });
    faults.delete(path);
  }

  return {
    async read() {
      const present = new Set<string>();
      for (const pattern of patterns) {
        for await (const path of glob(pattern)) present.add(path);
        if (!pattern.includes('*') && !present.has(pattern)) faults.set(pattern, 'There is no such file.');
      }
      for (const path of present) {
        try {
          await readOne(path);
        } catch (error) {
          faults.set(path, messageOf(error));
        }
      }
      for (const path of files.keys()) if (!present.has(path)) files.delete(path);
      return [...files.values()].flatMap((file) => file.groups);
    },
    faults: () => faults,
  };
}
