import type { IncomingMessage, RequestListener } from "node:http";
import type { PolicyEngine } from "@sluice/policy";
import express, { type Request as ExpressRequest, type RequestHandler } from "express";
import Fastify, { type FastifyRequest } from "fastify";
import { type Context, Hono, type MiddlewareHandler } from "hono";
import { expectTypeOf } from "vitest";
import * as forExpress from "./express/index.js";
import * as forFastify from "./fastify/index.js";
import * as forHono from "./hono/index.js";
import type { RateLimitContext } from "./index.js";
import * as forNode from "./node/index.js";

// The user's functions get the framework's own request.
const inExpress = forExpress.rateLimit({
  identify(request) {
    expectTypeOf(request).toEqualTypeOf<ExpressRequest>();
    expectTypeOf(request.rateLimit).toEqualTypeOf<RateLimitContext | undefined>();
    return { user: "alice" };
  },
});
expectTypeOf(inExpress).toExtend<RequestHandler>();
express().get("/users/:id", inExpress, (request) => {
  expectTypeOf(request.params).toEqualTypeOf<{ id: string }>();
});
expectTypeOf(inExpress.engine).toEqualTypeOf<PolicyEngine>();

const app = Fastify();
app.register(forFastify.rateLimit, {
  skip(request) {
    expectTypeOf(request).toEqualTypeOf<FastifyRequest>();
    expectTypeOf(request.rateLimit).toEqualTypeOf<RateLimitContext | null>();
    return false;
  },
});
app.get("/", { config: { rateLimit: { policy: "uploads", cost: 2 } } }, async () => "");
app.get("/health", { config: { rateLimit: false } }, async () => "");
// @ts-expect-error a route's own options are checked too
app.get("/wrong", { config: { rateLimit: { cost: "2" } } }, async () => "");

const inHono = forHono.rateLimit({
  cost(context) {
    expectTypeOf(context).toEqualTypeOf<Context>();
    return 1;
  },
});
expectTypeOf(inHono).toExtend<MiddlewareHandler>();
new Hono().use(inHono).get("/", (context) => {
  expectTypeOf(context.get("rateLimit")).toEqualTypeOf<RateLimitContext | undefined>();
  return context.text("");
});

const listener = forNode.rateLimitListener(() => {}, {
  identify(request) {
    expectTypeOf(request).toEqualTypeOf<IncomingMessage>();
    return undefined;
  },
});
expectTypeOf(listener).toExtend<RequestListener>();

// Whatever a runtime hands over beside the request stays as it is.
const fetched = forHono.fetchRateLimit((_request: Request, _address: string, _port: number) => new Response(), {
  peer: (_request, address) => address,
});
expectTypeOf(fetched).parameters.toEqualTypeOf<[request: Request, _address: string, _port: number]>();
expectTypeOf(fetched).returns.toEqualTypeOf<Promise<Response>>();

// @ts-expect-error true would believe whatever a client writes
forExpress.rateLimit({ trustProxy: true });
// @ts-expect-error there are four strategies
forExpress.rateLimit({ strategy: "panic" });
// @ts-expect-error how many is not for us to say
forExpress.concurrencyLimit({});
// @ts-expect-error who calls is named by known parts
forExpress.rateLimit({ identify: () => ({ user: 42 }) });
