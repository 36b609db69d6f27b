/** Where an engine answers, and what it wants to hear. Changes at each start of the embedded engine. */
export interface Endpoint {
  readonly url: string;
  readonly user: string;
  readonly password: string;
  readonly database: string;
}

/** One life of an engine: a child process, or the reach of a server. */
export interface EngineRun {
  readonly endpoint: Endpoint;
  readonly pid: number | undefined;
  /** Resolves with the reason when the engine has ended by itself; never for a server. */
  readonly ended: Promise<string>;
  /** Asks it to finish its work and end, and ends it by force after a while. */
  stop(): Promise<void>;
  /** Ends it at once; resolves when it is gone. Nothing that it was doing goes on afterwards. */
  kill(): Promise<void>;
}

/** Starts engines: `child-engine.ts` for the embedded one, `server-engine.ts` for one elsewhere. */
export interface EngineSource {
  readonly kind: 'embedded' | 'server';
  start(signal: AbortSignal): Promise<EngineRun>;
}
