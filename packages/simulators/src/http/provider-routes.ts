import { Hono, type Context } from "hono";
import type { HttpBindings } from "@hono/node-server";
import { answerFailure } from "./answer-failure.js";
import { deliver, sleep } from "./deliver.js";
import { faultyAnswer, isProcessed, type FaultQueue } from "./fault.js";
import type { Answer } from "./answer.js";
import type { Arrival, Provider } from "./arrival.js";
import type { SimulatorConfig } from "./simulator-options.js";

/** What the routes work with. */
export interface ProviderRouteParts extends SimulatorConfig {
  readonly provider: Provider;
  /** Path that all routes are below: `` or `/api/v4`. */
  readonly base: string;
  readonly faults: FaultQueue;
  /** Aborts when the server closes. */
  readonly closing: AbortSignal;
}

type Env = { Bindings: HttpBindings };

/** The routes of a provider; what matches none is its operation `other`. */
export function providerRoutes(parts: ProviderRouteParts): Hono<Env> {
  const routes = new Hono<Env>().onError(answerFailure);
  for (const { name, aliases = [], outside = false } of parts.provider.operations) {
    const [verb = "", path = ""] = name.split(" ");
    for (const reached of [path, ...aliases]) {
      routes.on(verb, `${outside ? "" : parts.base}${pattern(reached)}`, async (context) =>
        settle(parts, context, await read(context, name, context.req.param())),
      );
    }
  }
  routes.all("*", async (context) => settle(parts, context, await read(context, "other", {})));
  return routes;
}

/** Hono's way to write a path. A last placeholder named `path` takes everything that follows, slashes included. */
function pattern(path: string): string {
  return path.replace(/\{path\}$/, ":path{.+}").replaceAll(/\{(\w+)\}/g, ":$1");
}

async function read(
  context: Context<Env>,
  operation: string,
  params: Readonly<Record<string, string>>,
): Promise<Arrival> {
  return {
    operation,
    verb: context.req.method,
    url: new URL(context.req.url),
    params,
    ip: context.env.incoming.socket.remoteAddress ?? "unknown",
    body: new Uint8Array(await context.req.arrayBuffer()),
    header: (name) => context.req.header(name),
  };
}

/** From the arrival to the ledger nothing waits, so requests are decided and recorded in one order. */
async function settle(parts: ProviderRouteParts, context: Context<Env>, arrival: Arrival): Promise<Response> {
  const atMs = parts.limitClock.nowMs();
  const fault = parts.faults.take(arrival.operation);
  const outcome = fault === undefined || isProcessed(fault) ? parts.provider.process(arrival, atMs) : undefined;
  const real = outcome?.answer ?? parts.provider.failure;
  const answer = fault === undefined ? real : faultyAnswer(fault, real);
  const silent = fault?.action === "drop" || fault?.action === "hang";
  const retryAfterSeconds = retryAfter(answer);
  parts.ledger.record({
    atMs,
    wallMs: parts.wallClock.nowMs(),
    method: arrival.operation,
    path: arrival.url.pathname,
    ...(outcome?.entry ?? { accepted: false }),
    ...(!silent && { status: answer.status }),
    ...(!silent && retryAfterSeconds !== undefined && { retryAfterSeconds }),
    bytes: arrival.body.length,
  });
  try {
    const latencyMs = parts.nextLatencyMs();
    if (latencyMs > 0) await sleep(latencyMs, parts.closing);
    return await deliver({ ...context.env, closing: parts.closing }, answer, fault);
  } finally {
    outcome?.release?.();
  }
}

function retryAfter({ headers }: Answer): number | undefined {
  const seconds = Number(headers["retry-after"]);
  return Number.isInteger(seconds) ? seconds : undefined;
}
