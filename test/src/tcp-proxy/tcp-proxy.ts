/** What the proxy stands before. */
export interface TcpProxyOptions {
  readonly targetPort: number;
  /** @defaultValue `127.0.0.1` */
  readonly targetHost?: string;
}

/** A bad network on demand: a TCP proxy on a free port of 127.0.0.1 that can be told to misbehave. */
export interface TcpProxy extends AsyncDisposable {
  readonly port: number;
  /** `redis://127.0.0.1:port`. */
  readonly url: string;
  /** The same for another protocol: `urlFor("http")`. */
  urlFor(protocol: string): string;
  /** From now on, every byte arrives this much later, in each direction. 0 ends it. Unit: milliseconds. */
  delay(delayMs: number): void;
  /** Connections that are open now stay open and carry nothing; new ones work. As when a route is lost unnoticed. */
  pauseExisting(): void;
  /** Ends a pause; what was held back arrives, in order. */
  resume(): void;
  /** Resets the connections that are open now; new ones work. */
  cut(): void;
  /** Refuses new connections, as a port nobody listens on does, or accepts them again. Open ones are left alone. */
  refuse(on: boolean): Promise<void>;
  /**
   * The next request takes effect, but its answer is lost: it is passed on, and as soon as the target answers, both
   * connections are reset and the answer thrown away. Meant for a connection with nothing else on its way.
   * Resolves when that has happened.
   */
  cutAfterRequest(): Promise<void>;
  /** Resets everything and stops listening. Harmless when repeated. */
  close(): Promise<void>;
}
