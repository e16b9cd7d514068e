import { Writable } from "node:stream";
import { ConfigError, createCall, createHookChain, runCall } from "@sluice/core";
import { createFakeClock } from "@sluice/core/testing";
import pino from "pino";
import { afterEach, describe, expect, it, vi } from "vitest";
import { withCorrelation } from "../correlation/correlation.js";
import type { DecisionLike } from "../policy/engine-like.js";
import { createLogHook, type LogHookOptions } from "./create-log-hook.js";

afterEach(() => void vi.restoreAllMocks());

/** Lines as a real pino writes them. */
function setUp(options: Omit<LogHookOptions, "logger" | "clock"> = {}) {
  const raw: string[] = [];
  const into = new Writable({ write: (chunk: Buffer, _encoding, done) => (raw.push(chunk.toString()), done()) });
  const clock = createFakeClock();
  const logger = pino({ base: null, timestamp: false }, into);
  const logs = createLogHook({ logger, clock, ...options });
  const lines = (): Record<string, unknown>[] =>
    raw.flatMap((text) => text.split("\n").filter(Boolean)).map((line) => JSON.parse(line) as Record<string, unknown>);
  return { raw, lines, clock, logs };
}

const call = createCall({ provider: "acme", account: "main", operation: "list", caller: { user: "ann" } });
const denied: DecisionLike = {
  allowed: false,
  policy: "per-user",
  scope: "user",
  mode: "enforce",
  limit: 100,
  remaining: 0,
  retryAfterMs: 512.4,
  policies: ["per-user"],
  shadowed: [],
  reputation: { violations: 12, rate: 0.5, bonus: 0, score: 76 },
};

describe("a violation", () => {
  it("is one line with everything an analyst needs", () => {
    const { lines, logs } = setUp();
    withCorrelation("request-7", () =>
      logs.onDecision({ decision: denied, identity: { user: "ann", tenant: "t", endpoint: "POST /login" } }),
    );
    expect(lines()).toEqual([
      {
        level: 40,
        event: "violation",
        policy: "per-user",
        scope: "user",
        mode: "enforce",
        caller: "t/ann",
        operation: "POST /login",
        remaining: 0,
        retryAfterMs: 513,
        violations: 12,
        reputation: 76,
        correlationId: "request-7",
        msg: "A policy refused",
      },
    ]);
  });

  it("in shadow says so; what is allowed is no line", () => {
    const { lines, logs } = setUp();
    const allowed = { ...denied, allowed: true };
    logs.onDecision({ decision: allowed, identity: {} });
    logs.onDecision({ decision: { ...allowed, shadowed: ["trial"] }, identity: { ip: "192.0.2.1" } });
    expect(lines()).toMatchObject([
      { level: 30, event: "violation", policy: "trial", mode: "shadow", caller: "192.0.2.1" },
    ]);
    expect(lines()).toHaveLength(1);
  });

  it("never shows an api key", () => {
    const { raw, logs } = setUp();
    logs.onDecision({ decision: denied, identity: { apiKey: "planted-key" } });
    expect(raw.join()).toMatch(/sha256:[0-9a-f]{32}/);
    expect(raw.join()).not.toContain("planted");
  });
});

describe("lines of a kind", () => {
  it("are at most so many a second; the rest is counted exactly, in one line", async () => {
    const { lines, clock, logs } = setUp({ perSecond: 3 });
    for (let n = 0; n < 100; n += 1) logs.onDecision({ decision: denied, identity: { user: `u${n}` } });
    logs.retried(call, { delayMs: 5, reason: "throttled" });
    await clock.advance(1000);
    logs.onDecision({ decision: denied, identity: { user: "next" } });
    expect(lines().map(({ event }) => event)).toEqual([
      "violation",
      "violation",
      "violation",
      "retry",
      "suppressed",
      "violation",
    ]);
    expect(lines()[4]).toMatchObject({ of: "violation", suppressed: 97 });
    await clock.advance(5000);
    expect(lines()).toHaveLength(6);
  });

  it("leave nothing behind when nothing was suppressed", async () => {
    const { clock, logs } = setUp();
    logs.retried(call, { delayMs: 5, reason: "throttled" });
    expect(clock.pending).toBe(0);
  });
});

describe("calls", () => {
  async function send(logs: ReturnType<typeof setUp>["logs"], transport: () => Promise<unknown>): Promise<void> {
    const chain = createHookChain({ hooks: logs.hooks });
    const request = { provider: "acme", account: "main", operation: "list", timeoutMs: 1000 };
    await runCall(chain, request, (one) => chain.run("attempt", one, transport)).catch(() => undefined);
  }

  it("that fail are one line, without the error's message", async () => {
    const { raw, lines, logs } = setUp();
    await send(logs, () => Promise.reject(Object.assign(new Error("Bearer planted"), { code: "ECONNRESET" })));
    expect(lines()).toMatchObject([
      {
        event: "call_failed",
        provider: "acme",
        operation: "list",
        outcome: "network_error",
        error: "ECONNRESET",
        attempts: 1,
      },
    ]);
    expect(raw.join()).not.toContain("planted");
  });

  it("that were answered with 429 are told, those that went well are not", async () => {
    const { lines, logs } = setUp();
    await send(logs, async () => ({ status: 429 }));
    await send(logs, async () => ({ status: 200 }));
    expect(lines()).toMatchObject([{ event: "provider_throttled", account: "main", attempt: 1 }]);
  });
});

describe("limits, modes and breakers", () => {
  it("are told: refusals, and waits that were long", () => {
    const { lines, logs } = setUp();
    logs.limiter.refused(call, { reason: "timeout", retryAfterMs: 99.2, concurrency: true });
    logs.limiter.acquired(call, { waitedMs: 999 });
    logs.limiter.acquired(call, { waitedMs: 1000.4, remaining: 2 });
    expect(lines()).toMatchObject([
      { event: "rate_limit_refused", caller: "ann", reason: "timeout", retryAfterMs: 100, concurrency: true },
      { event: "rate_limit_waited", waitedMs: 1000, remaining: 2 },
    ]);
  });

  it("are told once for each change, with what was before", () => {
    const { lines, logs } = setUp();
    const listeners: (() => void)[] = [];
    const engine = { mode: "enforce", onChange: (listener: () => void) => (listeners.push(listener), () => {}) };
    logs.watch(engine);
    for (const tell of listeners) tell();
    engine.mode = "shadow";
    for (const tell of listeners) tell();
    // A switch that ends by itself is told of by nobody; the next decision shows it.
    logs.onDecision({ decision: { ...denied, allowed: true }, identity: {} });
    for (const mode of ["shared", "local", "local", "shared"] as const) logs.storeMode(mode, "acme");
    logs.modeChanged({ provider: "acme", from: "enforce", to: "disabled" });
    logs.onBreaker({ name: "billing", to: "open" });
    expect(lines().map(({ event, from, to }) => [event, from, to])).toEqual([
      ["mode_changed", "enforce", "shadow"],
      ["mode_changed", "shadow", "enforce"],
      ["store_mode_changed", "shared", "local"],
      ["store_mode_changed", "local", "shared"],
      ["mode_changed", "enforce", "disabled"],
      ["breaker_changed", undefined, "open"],
    ]);
  });
});

describe("hostile texts", () => {
  it.each(["two\nlines", "\u202etxet", "a\u0000b", "\ud800", "line\u2028separator", "x".repeat(1_000_000)])(
    "stay one short, printable line (%#)",
    (text) => {
      const { raw, logs } = setUp();
      logs.onDecision({ decision: { ...denied, policy: text }, identity: { user: text, endpoint: text } });
      const [line] = raw;
      expect(raw).toHaveLength(1);
      expect(line?.trimEnd()).not.toMatch(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u);
      expect(line?.length).toBeLessThan(1500);
    },
  );
});

describe("a logger", () => {
  it("that throws changes nothing but for one process warning", () => {
    const warn = vi.spyOn(process, "emitWarning").mockImplementation(() => undefined);
    const fails = (): never => {
      throw new Error("disk full");
    };
    const logs = createLogHook({ logger: { info: fails, warn: fails } });
    for (let n = 0; n < 3; n += 1) logs.onDecision({ decision: denied, identity: {} });
    expect(warn).toHaveBeenCalledOnce();
  });

  it.each([
    [{ logger: undefined }, "logger"],
    [{ perSecond: 0 }, "perSecond"],
    [{ slowWaitMs: -1 }, "slowWaitMs"],
  ])("or an option that is none is refused: %o", (wrong, option) => {
    const logger = { info: () => {}, warn: () => {} };
    const make = (): unknown => createLogHook({ logger, ...wrong } as LogHookOptions);
    expect(make).toThrow(ConfigError);
    expect(make).toThrow(option);
  });
});
