import type { ConcurrencyLimitOptions, LoadSheddingOptions, RateLimitContext, RateLimitOptions } from "../index.js";

/** What stands before the routes, shedding first. */
export interface AppOptions {
  readonly shedding?: LoadSheddingOptions<object>;
  readonly limit?: RateLimitOptions<object>;
  readonly concurrency?: ConcurrencyLimitOptions<object>;
}

/**
 * The same small service in a framework:
 *
 * - `GET /users/:id` answers `{ id, degraded }`,
 * - `POST /login` answers `{ in: true }`,
 * - `GET /status/:code` answers with that status,
 * - `GET /slow` answers when it is let go, `GET /stream` sends its head and ends then,
 * - `GET /throws` fails.
 */
export interface App {
  readonly url: string;
  /** Requests that have got as far as a route. */
  readonly reached: () => number;
  /** Lets the slow ones go. */
  readonly letGo: () => void;
  readonly close: () => Promise<void>;
}

/** A framework under test. */
export interface Adapter {
  readonly name: string;
  /** Whether the pattern of the route is known where the limit stands. */
  readonly knowsRoutes: boolean;
  readonly start: (options: AppOptions) => Promise<App>;
  /** A header of the framework's own request; tests take it for what was verified. */
  readonly header: (request: object, name: string) => string | undefined;
}

/** What the routes of every framework share. */
export class Routes {
  reached = 0;
  readonly #slow = new Set<() => void>();

  user(id: string, context: RateLimitContext | undefined | null): object {
    this.reached += 1;
    return { id, degraded: context?.degraded ?? false };
  }

  count(): void {
    this.reached += 1;
  }

  /** Resolves when it is let go. */
  wait(): Promise<void> {
    this.reached += 1;
    return new Promise((resolve) => this.#slow.add(resolve));
  }

  letGo = (): void => {
    for (const resolve of this.#slow) resolve();
    this.#slow.clear();
  };
}
