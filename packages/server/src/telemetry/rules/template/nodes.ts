/** What a template is made of once it is read. */
import type { Value } from './values.ts';

export type Operand =
  | { readonly kind: 'constant'; readonly value: Value }
  | { readonly kind: 'dot'; readonly fields: readonly string[]; readonly at: number }
  | {
      readonly kind: 'variable';
      readonly name: string;
      readonly fields: readonly string[];
      readonly at: number;
    }
  | {
      readonly kind: 'pipeline';
      readonly pipeline: Pipeline;
      readonly fields: readonly string[];
      readonly at: number;
    }
  | { readonly kind: 'function'; readonly name: string; readonly at: number };

export interface Command {
  readonly operands: readonly Operand[];
  readonly at: number;
}

export interface Pipeline {
  readonly variables: readonly string[];
  /** True for `=`, which changes variables that there are. */
  readonly assigns: boolean;
  readonly commands: readonly Command[];
}

export type Node =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'action'; readonly pipeline: Pipeline }
  | {
      readonly kind: 'if' | 'with' | 'range';
      readonly pipeline: Pipeline;
      readonly body: readonly Node[];
      readonly otherwise: readonly Node[];
    }
  | { readonly kind: 'break' | 'continue' }
  | {
      readonly kind: 'template';
      readonly name: string;
      readonly pipeline: Pipeline | null;
      readonly at: number;
    };

export interface Template {
  readonly nodes: readonly Node[];
  /** By name: what `define` and `block` made. */
  readonly defined: ReadonlyMap<string, readonly Node[]>;
}
