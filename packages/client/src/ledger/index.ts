export {
  verifyBundle,
  type BundleOptions,
  type BundleReport,
  type ProvenEvent,
  type UnprovenEvent,
  type UnreadableBundle,
} from './bundle.ts';
export type { VerifiedCheckpoint, Witnessed } from './checkpoint-trust.ts';
export type { Checkpoint } from './checkpoint.ts';
export { httpResources } from './http-resources.ts';
export type { Problem, ProblemCode } from './problem.ts';
export { verifyReceipt, type ReceiptVerdict } from './receipt.ts';
export {
  createTileVerifier,
  type CheckpointStore,
  type CheckpointVerdict,
  type ConsistencyVerdict,
  type EntryVerdict,
  type ReadVerdict,
  type SignedCheckpoint,
  type TileVerifier,
  type TileVerifierOptions,
} from './tile-verifier.ts';
export type { FetchResource } from './tiles.ts';
