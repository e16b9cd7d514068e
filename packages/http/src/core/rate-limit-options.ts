import { type Clock, ConfigError, oneOf, systemClock, wholeBetween } from "@sluice/core";
import type { Mode } from "@sluice/limiter";
import {
  createPolicyEngine,
  type PolicyDecision,
  type PolicyEngine,
  type PolicyEngineOptions,
  type PolicyStrategy,
} from "@sluice/policy";
import type { Content } from "./content.js";
import type { IdentifyOptions } from "./identify.js";
import type { RateLimitProblem } from "./problem.js";
import type { HeaderChoice, LegacyReset } from "./rate-limit-headers.js";

/** What may differ from route to route. */
export interface RouteLimitOptions<Request extends object> {
  /** Only these policies, by name, all of which must hold. @defaultValue those that apply to the identity */
  readonly policy?: string | readonly string[];
  /** Tokens, times the policy's own cost. Range: whole numbers 0 to 1e6; 0 looks and takes nothing. @defaultValue 1 */
  readonly cost?: number | ((request: Request) => number | Promise<number>);
  /** Requests that are not asked about. @defaultValue none */
  readonly skip?: (request: Request) => boolean | Promise<boolean>;
  /** What a refusal means. @defaultValue the policy's own strategy */
  readonly strategy?: PolicyStrategy;
  /**
   * `shadow`: asks and tells `onDecision`, holds nobody up, and nobody else can tell; `disabled`: does not even ask. An engine of one's own has a
   * mode beside it.
   *
   * @defaultValue `"enforce"`
   */
  readonly mode?: Mode;
  /** With `throttle`: the longest a request is held up; beyond that it is refused. Unit: milliseconds. Range: 0 to 600000. @defaultValue 5000 */
  readonly maxDelayMs?: number;
  /** With `throttle`: requests held up at a time in this process; the surplus is refused. Range: whole numbers 0 to 1e6. @defaultValue 1000 */
  readonly maxDelayed?: number;
  /** With `queue`: takes the request over, to be done later. When it throws, the request is refused. @defaultValue nobody takes it over */
  readonly onQueue?: (request: Request, problem: RateLimitProblem) => void | Promise<void>;
  /**
   * With `degrade`: content to answer with; with undefined the request goes on, and `rateLimit.degraded` tells.
   *
   * @defaultValue it goes on
   */
  readonly degraded?: (
    request: Request,
    problem: RateLimitProblem,
  ) => Content | undefined | Promise<Content | undefined>;
  /** Another answer for a refusal. @defaultValue the problem as JSON */
  readonly refused?: (
    request: Request,
    problem: RateLimitProblem,
  ) => Content | undefined | Promise<Content | undefined>;
  /**
   * Which requests give their tokens back when they have ended: `"failed"`, those of status 400 and above and those whose client went away;
   * or a function of the status, 499 for a client that went away. Not for signing in: guesses would be free.
   *
   * @defaultValue none
   */
  readonly refund?: "failed" | ((status: number) => boolean);
}

/** What an engine of its own is made of: options of `createPolicyEngine`, for a limiter that is given no `engine`. */
export type OwnEngineOptions = {
  readonly [
    Part in "policies" | "redis" | "store" | "control" | "onStoreError" | "lease" | "advanceMs" | "reputation" | "name"
  ]?: PolicyEngineOptions[Part] | undefined;
};

/** How requests are limited. */
export interface RateLimitOptions<Request extends object>
  extends IdentifyOptions<Request>, RouteLimitOptions<Request>, OwnEngineOptions {
  /** Decides. Yours to close. @defaultValue one of its own, of `policies`, `redis` and the others of its options */
  readonly engine?: PolicyEngine;
  /** Which fields say what is left: `RateLimit` of the draft, `X-RateLimit-*`, both, or none. @defaultValue `"both"` */
  readonly headers?: HeaderChoice;
  /** How `X-RateLimit-Reset` is written: a date in seconds since 1970, or the seconds left. @defaultValue `"date"` */
  readonly legacyReset?: LegacyReset;
  /** A name for this very occurrence, for the problem's `instance`. @defaultValue none */
  readonly instance?: (request: Request) => string | undefined;
  /** Told of every decision; what it throws is swallowed. */
  readonly onDecision?: (decision: PolicyDecision, request: Request) => void;
  /**
   * Told when nobody could decide, and of what a function of yours throws or takes too long for. Where nobody could decide, `"allow"` lets the
   * request go on.
   *
   * @defaultValue a request nobody can decide about is answered 503
   */
  readonly onError?: (error: unknown, request: Request) => "allow" | "refuse" | void;
}

/** Complete and checked. */
export interface RouteLimitConfig<Request extends object> extends RouteLimitOptions<Request> {
  readonly mode: Mode;
  readonly maxDelayMs: number;
  readonly maxDelayed: number;
}

const ownParts = [
  "policies",
  "redis",
  "store",
  "control",
  "onStoreError",
  "lease",
  "advanceMs",
  "reputation",
  "name",
] as const satisfies readonly (keyof OwnEngineOptions)[];

/** The engine to ask, and whether to close it. @throws ConfigError */
export function engineOf(options: RateLimitOptions<never>): { readonly engine: PolicyEngine; readonly own: boolean } {
  const { engine } = options;
  if (engine === undefined) return { engine: createPolicyEngine(partsOf(options)), own: true };
  if (typeof engine !== "object" || engine === null || typeof engine.check !== "function")
    throw new ConfigError({ option: "engine", accepted: "what createPolicyEngine gives", value: engine });
  for (const part of ownParts) {
    const hint = "An engine has its own";
    if (options[part] !== undefined)
      throw new ConfigError({ option: part, accepted: "left out beside `engine`", value: options[part], hint });
  }
  return { engine, own: false };
}

/** @throws ConfigError naming the option that is out of range. */
export function resolveRoute<Request extends object>(options: RouteLimitOptions<Request>): RouteLimitConfig<Request> {
  const { cost, policy, strategy, refund } = options;
  if (typeof cost === "number") wholeBetween("cost", cost, 0, 1e6);
  else functionOr("cost", cost, "a whole number from 0 to 1000000, or a function that gives one");
  if (policy !== undefined && ![policy].flat().every((name) => typeof name === "string" && name !== ""))
    throw new ConfigError({ option: "policy", accepted: "names of policies", value: policy });
  if (strategy !== undefined) oneOf("strategy", strategy, ["reject", "queue", "throttle", "degrade"]);
  if (refund !== "failed") functionOr("refund", refund, '"failed", or a function of the status');
  for (const name of ["skip", "onQueue", "degraded", "refused"] as const) functionOr(name, options[name], "a function");
  return {
    ...options,
    mode: oneOf("mode", options.mode ?? "enforce", ["enforce", "shadow", "disabled"]),
    maxDelayMs: wholeBetween("maxDelayMs", options.maxDelayMs ?? 5000, 0, 600_000),
    maxDelayed: wholeBetween("maxDelayed", options.maxDelayed ?? 1000, 0, 1e6),
  };
}

/** What holds for all routes and is no part of an engine. @throws ConfigError */
export function resolveAnswers<Request extends object>(
  options: RateLimitOptions<Request>,
): { readonly headers: HeaderChoice; readonly legacyReset: LegacyReset; readonly clock: Clock } {
  for (const name of ["identify", "geo", "instance", "onDecision", "onError"] as const)
    functionOr(name, options[name], "a function");
  return {
    headers:
      options.headers === false
        ? false
        : oneOf("headers", options.headers ?? "both", ["draft", "legacy", "both"] as const),
    legacyReset: oneOf("legacyReset", options.legacyReset ?? "date", ["date", "seconds"]),
    clock: options.clock ?? systemClock,
  };
}

function partsOf(options: RateLimitOptions<never>): PolicyEngineOptions {
  const parts = [...ownParts, "clock" as const].filter((part) => options[part] !== undefined);
  return Object.fromEntries(parts.map((part) => [part, options[part]]));
}

function functionOr(option: string, value: unknown, accepted: string): void {
  if (value !== undefined && typeof value !== "function") throw new ConfigError({ option, accepted, value });
}
