// What is used here of redlock 5.0.0-beta.2: its own declarations cannot be found under NodeNext.
declare module "redlock" {
  export interface RedlockClient {
    evalsha(sha1: string, keyCount: number, keysAndArguments: readonly (string | number)[]): Promise<unknown>;
    eval(source: string, keyCount: number, keysAndArguments: readonly (string | number)[]): Promise<unknown>;
  }

  export interface RedlockSettings {
    readonly retryCount: number;
  }

  export interface RedlockScripts {
    readonly acquireScript: (script: string) => string;
  }

  export interface ExecutionStats {
    readonly votesAgainst: ReadonlyMap<RedlockClient, Error>;
  }

  export class Lock {
    readonly value: string;
    /** By the wall clock, in milliseconds. */
    expiration: number;
  }

  /** Somebody else holds a lock. */
  export class ResourceLockedError extends Error {}

  /** Too few servers did what they were asked. */
  export class ExecutionError extends Error {
    readonly attempts: readonly Promise<ExecutionStats>[];
  }

  export default class Redlock {
    constructor(clients: Iterable<RedlockClient>, settings: RedlockSettings, scripts: RedlockScripts);
    acquire(resources: readonly string[], durationMs: number): Promise<Lock>;
    extend(lock: Lock, durationMs: number): Promise<Lock>;
    release(lock: Lock): Promise<unknown>;
  }
}
