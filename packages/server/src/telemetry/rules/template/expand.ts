import type { Labels } from '../../../base/labels.ts';
import { messageOf } from '../../../base/errors.ts';
import { evaluateTemplate, isFunction } from './evaluate.ts';
import { TemplateFault } from './fault.ts';
import type { Template } from './nodes.ts';
import { parseTemplate } from './parse.ts';
import type { QuerySample } from './values.ts';

/** Where alerts' texts are written: what every template of this server sees. */
export interface TemplateSurroundings {
  readonly externalLabels: Labels;
  readonly externalUrl: string;
}

/** One alert that a text is written for. */
export interface TemplateSubject extends TemplateSurroundings {
  readonly labels: Labels;
  readonly value: number;
  readonly atMs: number;
  /** Answers `query` in templates. */
  query(text: string, atMs: number): Promise<readonly QuerySample[]>;
}

/** The text of a label or annotation, read once. */
export interface CompiledText {
  readonly source: string;
  /** Null for a text without actions, which is itself. */
  readonly template: Template | null;
}

/** The most different queries that one text may ask. */
const mostQueries = 20;

/** Thrown through the template to ask for the answer of a query; the template then runs again. */
class AnswerWanted extends Error {
  readonly query: string;
  constructor(query: string) {
    super('a query must be answered first');
    this.query = query;
  }
}

function place(source: string, at: number | undefined): string {
  if (at === undefined) return '';
  return `:${source.slice(0, at).split('\n').length}`;
}

/**
 * Reads a text with templates.
 *
 * @throws `TemplateFault` with a message in the form of Go's: `template: NAME:LINE: what is wrong`.
 */
export function compileText(name: string, source: string): CompiledText {
  if (!source.includes('{{')) return { source, template: null };
  try {
    return { source, template: parseTemplate(source, isFunction) };
  } catch (error) {
    if (!(error instanceof TemplateFault)) throw error;
    throw new TemplateFault(`template: ${name}${place(source, error.at)}: ${error.message}`, error.at);
  }
}

/**
 * Writes a text. What fails is written in its place, as Prometheus does, so that an alert is never lost to its
 * own words: `<error expanding template: ...>`.
 */
export async function expandText(
  name: string,
  text: CompiledText,
  subject: TemplateSubject,
): Promise<string> {
  const { source, template } = text;
  if (template === null) return source;
  const { labels, externalLabels, externalUrl, value, atMs } = subject;
  const answers = new Map<string, readonly QuerySample[]>();
  const world = {
    data: { Labels: labels, ExternalLabels: externalLabels, ExternalURL: externalUrl, Value: value },
    externalUrl,
    nowMs: atMs,
    query(wanted: string) {
      const answer = answers.get(wanted);
      if (answer === undefined) throw new AnswerWanted(wanted);
      return answer;
    },
  };
  for (let asked = 0; ; asked += 1) {
    try {
      return evaluateTemplate(template, world);
    } catch (error) {
      let failure: unknown = error;
      if (error instanceof AnswerWanted && asked < mostQueries) {
        try {
          answers.set(error.query, await subject.query(error.query, atMs));
          continue;
        } catch (refused) {
          failure = new TemplateFault(`error calling query: ${messageOf(refused)}`);
        }
      }
      if (failure instanceof AnswerWanted)
        failure = new TemplateFault(`asks more than ${mostQueries} queries`);
      if (!(failure instanceof TemplateFault)) throw failure;
      const where = place(source, failure.at);
      return `<error expanding template: error executing template ${name}: template: ${name}${where}: ${failure.message}>`;
    }
  }
}
