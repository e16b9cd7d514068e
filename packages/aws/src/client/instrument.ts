import { inspect } from "node:util";
import { type Caller, ConfigError, withCaller } from "@sluice/core";
import { type RequestHandler, withSignals } from "../transport/handler.js";
import { switchOffRetries } from "../retry/sdk-strategy.js";
import { attemptStage } from "./attempt-stage.js";
import { callStage } from "./call-stage.js";
import { currentLogicalCall, type LogicalCall } from "./logical-call.js";
import type { ClientParts } from "./parts.js";
import type { AwsClient, Middleware, SdkConfig, Stack } from "./sdk.js";

const instrumented = new WeakSet<object>();

/**
 * Adds the two stages to a client of the SDK, in place. Commands, paginators, waiters, uploads and document clients all use the
 * client's own middleware, so all of them pass.
 *
 * @throws ConfigError when the client has been instrumented already, or is none of the SDK's third version.
 */
export function instrument(client: AwsClient, parts: ClientParts): void {
  const stack = client?.middlewareStack as Stack | undefined;
  const config = client?.config as SdkConfig | undefined;
  if (typeof stack?.addRelativeTo !== "function" || typeof config?.requestHandler?.handle !== "function")
    throw new ConfigError({ option: "client", accepted: "a client of the AWS SDK, version 3", value: typeof client });
  if (instrumented.has(stack))
    throw new ConfigError({
      option: "client",
      accepted: "a client that has no limits or metrics yet",
      value: "one that has",
    });
  instrumented.add(stack);

  const requests = new WeakMap<object, LogicalCall>();
  const transport: Middleware = (next) => (args) => {
    const logical = currentLogicalCall();
    if (logical?.owner === client && typeof args.request === "object" && args.request !== null)
      requests.set(args.request, logical);
    return next(args);
  };
  stack.add(callStage(client, parts), { name: "sluiceCall", step: "initialize", priority: "high" });
  addAttempts(stack, attemptStage(client, parts));
  // Innermost: what is called next is the request handler, with this very request.
  stack.add(transport, { name: "sluiceTransport", step: "deserialize", priority: "low" });
  config.requestHandler = withSignals<RequestHandler>(
    config.requestHandler,
    (request) => requests.get(request),
    parts.throttle,
  );
  if (!parts.sdkRetries) switchOffRetries(config);
}

/** Inside the SDK's retry, so that its own retries of a plain client are seen one by one. */
function addAttempts(stack: Stack, middleware: Middleware): void {
  const name = "sluiceAttempt";
  if (stack.identify().some((entry) => entry.startsWith("retryMiddleware ")))
    stack.addRelativeTo(middleware, { name, relation: "after", toMiddleware: "retryMiddleware" });
  else stack.add(middleware, { name, step: "finalizeRequest", priority: "high" });
}

/** What may be shown of a client: never its credentials. */
function describe(client: AwsClient, parts: ClientParts): object {
  return { client: client.constructor.name, account: parts.account };
}

/** Takes what may hold credentials out of inspection and JSON. */
export function hideSecrets(client: AwsClient, parts: ClientParts): void {
  const hidden = { enumerable: false, configurable: true } as const;
  Object.defineProperties(client, {
    toJSON: { value: () => describe(client, parts), ...hidden },
    [inspect.custom]: { value: () => `${client.constructor.name} ${inspect(describe(client, parts))}`, ...hidden },
  });
}

/** The same client on behalf of a caller: it shares everything, and what it sends counts as made by that caller. */
export function onBehalfOf<Client extends AwsClient>(client: Client, caller: Caller): Client {
  const send: unknown = Reflect.get(client, "send");
  const derived = Object.create(client) as Client;
  Object.defineProperty(derived, "send", {
    value: (...args: unknown[]): unknown =>
      withCaller(caller, () => Reflect.apply(send as (...args: unknown[]) => unknown, client, args)),
    enumerable: false,
    configurable: true,
    writable: true,
  });
  return derived;
}
