import type { HandlerExecutionContext } from "@smithy/types";
import type { RequestHandler } from "../transport/handler.js";

/** What every client of the SDK's third version has. */
export interface AwsClient {
  readonly config: object;
  readonly middlewareStack: object;
  destroy(): void;
}

/** A class of such clients. */
export type AwsClientClass = new (...args: [never]) => AwsClient;

/** The configuration that a client class of the SDK takes, by the class: `AwsConfigOf<typeof DynamoDBClient>`. */
export type AwsConfigOf<Class extends AwsClientClass> =
  Exclude<ConstructorParameters<Class>, readonly []> extends readonly [(infer Config)?] ? NonNullable<Config> : never;

/** The parts of a resolved configuration that we read or take the place of. */
export interface SdkConfig {
  readonly region?: () => Promise<string>;
  readonly maxAttempts?: () => Promise<number>;
  readonly endpoint?: () => Promise<{ readonly hostname: string; readonly port?: number | undefined }>;
  readonly isCustomEndpoint?: boolean;
  retryStrategy?: () => Promise<unknown>;
  requestHandler: RequestHandler;
}

/** A middleware of the SDK: it gets the rest of the stack once, and then every request. */
export type Middleware = (next: Handler, context: Context) => Handler;
export type Handler = (args: Args) => Promise<Output>;

/** What middleware passes on. From the serialisation on it carries a request. */
export interface Args {
  readonly input?: unknown;
  readonly request?: unknown;
}

export interface Output {
  readonly response?: unknown;
  readonly output: unknown;
}

/** What the SDK tells middleware about a command. Shared by all calls of one command class where handlers are cached. */
export interface Context extends Pick<HandlerExecutionContext, "clientName" | "commandName"> {
  readonly __smithy_context?: {
    readonly abortSignal?: unknown;
    readonly commandInstance?: object;
    readonly operationSchema?: unknown;
  };
}

/** The stack as far as we use it. */
export interface Stack {
  add(middleware: Middleware, options: object): void;
  addRelativeTo(middleware: Middleware, options: object): void;
  identify(): readonly string[];
}
