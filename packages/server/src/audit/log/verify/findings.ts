/** One thing that is not as it was written. */
export interface Finding {
  /** Path of the file at fault, from the ledger's directory. */
  readonly file: string;
  /** Name of the log that is touched; null when it is none in particular. */
  readonly log: string | null;
  /** Entries that are touched: `from` up to, not including, `to`. Empty when none is. */
  readonly from: number;
  readonly to: number;
  readonly message: string;
  /** True when opening the ledger after deleting the file makes it anew, identical. */
  readonly rebuildable: boolean;
}

export interface VerifiedLog {
  readonly name: string;
  readonly origin: string;
  /** Entries in the journal. */
  readonly size: number;
  /** Size of the checkpoint that everything was compared with; null when there is none. */
  readonly checkpointSize: number | null;
  /** Base 64 root of the journal's entries at the size of the checkpoint. */
  readonly root: string | null;
  readonly minimumIndex: number;
}

export interface Verification {
  /** True when nothing was found. */
  readonly valid: boolean;
  readonly findings: readonly Finding[];
  readonly logs: readonly VerifiedLog[];
  readonly entries: number;
  /** True when every frame's seal was checked, which needs the initial secret. */
  readonly sealsChecked: boolean;
}

/** More findings than this say nothing new. */
export const findingLimit = 1000;
