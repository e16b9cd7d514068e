/** What a started server takes besides the fixed settings. */
export interface RedisServerOptions {
  /** More arguments for redis-server, after the fixed ones and so stronger than they are. */
  readonly args?: readonly string[];
  /** The password clients must give; it is part of `url`. */
  readonly password?: string;
  /** A Sentinel, which watches servers and holds no data. @defaultValue false */
  readonly sentinel?: boolean;
  /** More for its environment, such as another clock, see `startFakeTime`. */
  readonly env?: Readonly<Record<string, string>>;
}

/**
 * A real Redis server of one's own, empty, on a free port of 127.0.0.1, which keeps nothing on disk.
 * It never outlives the process that started it.
 */
export interface RedisServer extends AsyncDisposable {
  readonly port: number;
  /** `redis://127.0.0.1:port`, with the password if there is one. */
  readonly url: string;
  /** The process that runs now; another one after `restart`. */
  readonly pid: number;
  /** Ends it in an orderly way and removes what it left. Harmless when repeated. */
  stop(): Promise<void>;
  /** Ends it at once, as a crash would; connections are reset. */
  kill(): Promise<void>;
  /** Freezes it: connections stay open and nothing answers. */
  pause(): void;
  /** Ends a pause; what was sent meanwhile is then answered. */
  resume(): void;
  /** Kills it, if it still runs, and starts an empty one on the same port. */
  restart(): Promise<void>;
  /** Empties it. */
  flush(): Promise<void>;
}
