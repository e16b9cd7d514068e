import { ConfigError, oneOf } from "@sluice/core";
import type { PolicyEngine } from "@sluice/policy";
import type {
  FastifyInstance,
  FastifyPluginAsync,
  FastifyReply,
  FastifyRequest,
  HookHandlerDoneFunction,
} from "fastify";
import { type ConcurrencyLimitOptions, createConcurrencyGate } from "../core/concurrency-gate.js";
import type { RateLimitContext } from "../core/context.js";
import type { NowOrLater } from "../core/now-or-later.js";
import { createRateLimitGate } from "../core/rate-limit-gate.js";
import type { RateLimitOptions, RouteLimitOptions } from "../core/rate-limit-options.js";
import type { Gate } from "../core/request-view.js";
import { createSheddingGate, type LoadSheddingOptions } from "../core/shedding-gate.js";
import { enter } from "./enter.js";
import { unwrapped } from "./unwrapped.js";

declare module "fastify" {
  interface FastifyRequest {
    /** What was decided about this request; null before, and where nothing was asked. */
    rateLimit: RateLimitContext | null;
  }
  interface FastifyInstance {
    /** Decides for `rateLimit`, once that is registered. */
    rateLimitEngine: PolicyEngine;
  }
  interface FastifyContextConfig {
    /** Limits of this route: options of its own, or `false` for none. */
    rateLimit?: RouteRateLimit;
  }
}

/** `config.rateLimit` of a route. */
export type RouteRateLimit = false | RouteLimitOptions<FastifyRequest>;

/** When a request is asked about. */
export interface FastifyHookOptions {
  /** Of hooks of one name, those registered first run first: what verifies who calls has to stand before. @defaultValue `"onRequest"` */
  readonly hook?: "onRequest" | "preParsing" | "preValidation" | "preHandler";
}

/** How requests are limited. */
export interface FastifyRateLimitOptions extends RateLimitOptions<FastifyRequest>, FastifyHookOptions {
  /** False: only routes that have a `config.rateLimit`. @defaultValue true */
  readonly global?: boolean;
}

/**
 * Limits requests by policies: `await fastify.register(rateLimit, { policies })`, ahead of the routes. What was decided is in
 * `request.rateLimit`.
 *
 * @throws ConfigError naming the option that is out of range, for a route's own when the route is added.
 */
export const rateLimit: FastifyPluginAsync<FastifyRateLimitOptions> = unwrapped(
  "rate-limit",
  async (fastify, options) => {
    const gate = createRateLimitGate(options);
    const everywhere = options.global !== false;
    const own = new WeakMap<object, Gate<FastifyRequest, RateLimitContext>>();
    const made = (route: RouteLimitOptions<FastifyRequest>): Gate<FastifyRequest, RateLimitContext> => {
      if (typeof route !== "object" || route === null)
        throw new ConfigError({ option: "config.rateLimit", accepted: "false or an object", value: route });
      const gateOfRoute = gate.with(route);
      own.set(route, gateOfRoute);
      return gateOfRoute;
    };
    if (!fastify.hasRequestDecorator("rateLimit")) fastify.decorateRequest("rateLimit", null);
    if (!fastify.hasDecorator("rateLimitEngine")) fastify.decorate("rateLimitEngine", gate.engine);
    fastify.addHook("onRoute", ({ config }) => {
      const route = config?.rateLimit;
      if (route !== undefined && route !== false) made(route);
    });
    fastify.addHook("onClose", () => gate.close());
    const gateOf = (route: RouteRateLimit | undefined): Gate<FastifyRequest, RateLimitContext> =>
      // Of routes that were there before the plugin nobody was told.
      route === undefined || route === false ? gate : (own.get(route) ?? made(route));
    hang(fastify, options, (request, reply) => {
      const route = request.routeOptions.config.rateLimit;
      if (route === false || (route === undefined && !everywhere)) return true;
      return enter(gateOf(route), request, reply, (context) => {
        request.rateLimit = context;
      });
    });
  },
);

/**
 * At most so many requests at a time; a place is free again when the answer has ended or the client went away.
 *
 * @throws ConfigError naming the option that is out of range.
 */
export const concurrencyLimit: FastifyPluginAsync<ConcurrencyLimitOptions<FastifyRequest> & FastifyHookOptions> =
  unwrapped("concurrency-limit", async (fastify, options) => {
    const gate = createConcurrencyGate(options);
    fastify.addHook("onClose", () => gate.close());
    hang(fastify, options, (request, reply) => enter(gate, request, reply));
  });

/**
 * Answers 503 while this process is too busy. Register it first.
 *
 * @throws ConfigError naming the option that is out of range.
 */
export const loadShedding: FastifyPluginAsync<LoadSheddingOptions<FastifyRequest> & FastifyHookOptions> = unwrapped(
  "load-shedding",
  async (fastify, options) => {
    const gate = createSheddingGate(options);
    fastify.addHook("onClose", async () => gate.close());
    hang(fastify, options, (request, reply) => enter(gate, request, reply));
  },
);

/** Asks before a route; where the request is answered, nothing more is called. */
function hang(
  fastify: FastifyInstance,
  options: FastifyHookOptions,
  goesOn: (request: FastifyRequest, reply: FastifyReply) => NowOrLater<boolean>,
): void {
  const hook = (request: FastifyRequest, reply: FastifyReply, ...rest: readonly unknown[]): void => {
    // The hooks differ in what more they are given, before this.
    const done = rest.at(-1) as HookHandlerDoneFunction;
    const settle = (on: boolean): void => {
      if (on) done();
    };
    let entering: NowOrLater<boolean>;
    try {
      entering = goesOn(request, reply);
    } catch (error) {
      return done(error as Error);
    }
    if (entering instanceof Promise) entering.then(settle, done);
    else settle(entering);
  };
  fastify.addHook(hookOf(options) as "onRequest", hook);
}

function hookOf({ hook = "onRequest" }: FastifyHookOptions): FastifyHookOptions["hook"] & {} {
  return oneOf("hook", hook, ["onRequest", "preParsing", "preValidation", "preHandler"]);
}
