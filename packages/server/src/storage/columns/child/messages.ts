/**
 * What the main process and the columns child tell each other over IPC. The secret travels here, not in
 * the environment or the command line, where other processes of the host could read it.
 */
export interface ChildStart {
  readonly kind: 'start';
  readonly directory: string;
  readonly user: string;
  readonly password: string;
  readonly memoryBytes: number;
  readonly threads: number;
  readonly concurrentQueries: number;
}

export interface ChildStop {
  readonly kind: 'stop';
}

export type ToChild = ChildStart | ChildStop;

export type FromChild =
  | { readonly kind: 'listening'; readonly port: number }
  | { readonly kind: 'failed'; readonly message: string };
