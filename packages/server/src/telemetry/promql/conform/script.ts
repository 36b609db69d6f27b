import { readDuration } from '../duration-text.ts';

/** What a case states besides its series. */
export interface Expectation {
  readonly kind: 'fail' | 'warn' | 'info' | 'no_warn' | 'no_info' | 'ordered' | 'string' | 'range';
  readonly match?: 'msg' | 'regex';
  readonly text?: string;
  /** For `range`: the times of the expected samples. */
  readonly grid?: Grid;
}

export interface Grid {
  readonly fromMs: number;
  readonly toMs: number;
  readonly stepMs: number;
}

/** One evaluation: at one time, or over a range when `grid` is there. */
export interface EvalCommand {
  readonly kind: 'eval';
  readonly line: number;
  readonly query: string;
  readonly atMs: number;
  readonly grid?: Grid;
  readonly expectations: readonly Expectation[];
  /** Lines of expected series, or of one expected number. */
  readonly results: readonly string[];
}

export interface LoadCommand {
  readonly kind: 'load';
  readonly line: number;
  readonly stepMs: number;
  /** Classic histograms are to be stored as native ones as well. */
  readonly withNative: boolean;
  readonly series: readonly string[];
}

export interface ClearCommand {
  readonly kind: 'clear';
  readonly line: number;
}

/** Text that is no command of the language. */
export interface UnknownCommand {
  readonly kind: 'unknown';
  readonly line: number;
  readonly text: string;
}

export type Command = EvalCommand | LoadCommand | ClearCommand | UnknownCommand;

interface Block {
  readonly line: number;
  readonly head: string;
  readonly body: readonly string[];
}

// Series may be called `load_average`.
const startsCommand =
  /^(?:clear$|load(?:_with_nhcb)?\s+\d[\w.]*$|eval(?:_(?:fail|warn|info|ordered))?\s+(?:instant|range)\s)/;

/** Blocks: a command's line and the lines under it, up to a blank line, a comment or the next command. */
function blocksOf(text: string): Block[] {
  const blocks: { line: number; head: string; body: string[] }[] = [];
  let open: { line: number; head: string; body: string[] } | undefined;
  for (const [index, raw] of text.split('\n').entries()) {
    const line = raw.trim();
    if (line === '' || line.startsWith('#')) open = undefined;
    else if (open === undefined || startsCommand.test(line)) {
      open = { line: index + 1, head: line, body: [] };
      blocks.push(open);
    } else open.body.push(line);
  }
  return blocks;
}

/** A time or duration: a number counts in seconds. */
function milliseconds(text: string): number | undefined {
  const trimmed = text.trim();
  const sign = trimmed.startsWith('-') ? -1 : 1;
  const digits = trimmed.replace(/^-/, '');
  const ms = /^\d+(?:\.\d+)?$/.test(digits) ? Math.round(Number(digits) * 1000) : readDuration(digits);
  return ms === undefined ? undefined : ms * sign;
}

function gridOf(texts: readonly (string | undefined)[]): Grid | undefined {
  const [fromMs, toMs, stepMs] = texts.map((text) => milliseconds(text ?? ''));
  if (fromMs === undefined || toMs === undefined || stepMs === undefined) return undefined;
  return { fromMs, toMs, stepMs };
}

function readExpectation(line: string): Expectation | undefined {
  const range = /^expect\s+range vector from (\S+) to (\S+) step (\S+)$/.exec(line);
  if (range !== null) {
    const grid = gridOf(range.slice(1));
    return grid === undefined ? undefined : { kind: 'range', grid };
  }
  const text = /^expect\s+string (.*)$/.exec(line);
  if (text !== null) return { kind: 'string', text: text[1]! };
  const old = /^expected_fail_(message|regexp)\s+(.*)$/.exec(line);
  if (old !== null) return { kind: 'fail', match: old[1] === 'message' ? 'msg' : 'regex', text: old[2]! };
  const match = /^expect\s+(fail|warn|info|no_warn|no_info|ordered)(?:\s+(msg|regex):\s*(.*))?$/.exec(line);
  if (match === null) return undefined;
  const kind = match[1] as Expectation['kind'];
  return match[2] === undefined ? { kind } : { kind, match: match[2] as 'msg' | 'regex', text: match[3]! };
}

function readEval({ line, head, body }: Block): Command {
  const range = /^eval(?:_(fail|warn|info))?\s+range\s+from\s+(\S+)\s+to\s+(\S+)\s+step\s+(\S+)\s+(.+)$/.exec(
    head,
  );
  const instant = /^eval(?:_(fail|warn|info|ordered))?\s+instant\s+(?:at\s+(\S+)\s+)?(.+)$/.exec(head);
  const grid = range === null ? undefined : gridOf(range.slice(2, 5));
  const atMs = grid?.fromMs ?? milliseconds(instant?.[2] ?? '0');
  const query = range?.[5] ?? instant?.[3];
  if (atMs === undefined || query === undefined || (range !== null && grid === undefined)) {
    return { kind: 'unknown', line, text: head };
  }
  const suffix = (range ?? instant)?.[1] as Expectation['kind'] | undefined;
  const expectations: Expectation[] = suffix === undefined ? [] : [{ kind: suffix }];
  const results: string[] = [];
  for (const text of body) {
    if (!/^expect(?:ed_fail_\w+)?\s/.test(text)) {
      results.push(text);
      continue;
    }
    const expectation = readExpectation(text);
    if (expectation === undefined) return { kind: 'unknown', line, text };
    expectations.push(expectation);
  }
  return { kind: 'eval', line, query, atMs, expectations, results, ...(grid === undefined ? {} : { grid }) };
}

/** Reads a file of Prometheus's test language (promql/promqltest/README.md) into its commands. */
export function readScript(text: string): Command[] {
  return blocksOf(text).map((block) => {
    const { head, line, body } = block;
    if (/^clear\b/.test(head)) return { kind: 'clear', line };
    if (head.startsWith('eval')) return readEval(block);
    const load = /^load(_with_nhcb)?\s+(\S+)$/.exec(head);
    const stepMs = milliseconds(load?.[2] ?? '');
    if (load === null || stepMs === undefined) return { kind: 'unknown', line, text: head };
    return { kind: 'load', line, stepMs, withNative: load[1] !== undefined, series: body };
  });
}
