import type { HookChain } from "@sluice/core";
import type { ApiOptions, Mode } from "@sluice/kit";
import type { Quota } from "@sluice/limiter";
import type { Received, Reply } from "./server.js";

/** One vendor as the conformance suite sees it. `Client` is what SDK, plain class and factory have in common. */
export interface Vendor<Client = unknown> {
  /** As in metrics and errors: `github`. */
  readonly provider: string;
  /** Given to every client as its token, password or key; must show nowhere. */
  readonly secret: string;
  /** A good answer to any request that the SDK can make, so that its method resolves; told apart by method and path. */
  answer(request: Received): Reply;
  /** How the provider refuses for its rate. */
  throttled(retryAfterSeconds: number): Reply;
  /** How it says that something is not there. */
  readonly notFound: Reply;
  /** The vendor's own client, with its own retries on where it has some. */
  sdk(origin: string): Client;
  /** Ours, constructed plainly. */
  plain(account: string, origin: string, options: PlainOptions): Client;
  /** Ours, by the factory. `ApiOptions` and an empty environment are passed on as they are. */
  factory(account: string, origin: string, options: FactoryOptions): Client & Ours;
  /** One logical call of one request that reads. */
  read(client: Client): Promise<unknown>;
  /** One logical call of one request that writes. */
  write(client: Client): Promise<unknown>;
  /** Calls that make several requests: pages, uploads, token refreshes. */
  readonly composites: readonly Composite<Client>[];
  /** Every method of the SDK, with arguments that it takes. Made anew for each client. */
  methods(client: Client): readonly Method[];
  /** How many methods the SDK has, so that none is forgotten. */
  readonly methodCount: number;
  /** A request without what no two requests have in common: times, signatures, boundaries. @defaultValue the request */
  normalise?(request: Received): Received;
  /** Whether the error is the SDK's own, of the class it throws for an answer of `notFound`. */
  isOwnError(error: unknown): boolean;
}

/** What the plain constructor is given. */
export type PlainOptions = Pick<ApiOptions, "hooks" | "registry">;

/** What the factory is given. */
export type FactoryOptions = ApiOptions & {
  readonly env: Readonly<Record<string, string>>;
  readonly quota?: Quota | undefined;
};

/** What every client of a factory has beside the SDK's own members. */
export interface Ours {
  readonly hooks: HookChain;
  mode: Mode;
  close(): Promise<void>;
}

/** A call of several requests. */
export interface Composite<Client> {
  readonly name: string;
  /** HTTP requests it makes. */
  readonly requests: number;
  /** Answers in place of the vendor's. */
  answer?(request: Received, index: number): Reply;
  run(client: Client): Promise<unknown>;
}

/** One method of the SDK. */
export interface Method {
  /** As its user writes it: `rest.repos.get`. */
  readonly name: string;
  run(): Promise<unknown>;
}
