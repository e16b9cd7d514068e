import { ConfigError, runCall } from "@sluice/core";
import { concurrency } from "@sluice/limiter";
import { describe, expect, it } from "vitest";
import { recorder } from "./recorder.test-support.js";
import { client, reply, samples, vendor } from "./rig.test-support.js";

/** A logger that keeps what it is told. */
function lines() {
  const told: Record<string, unknown>[] = [];
  const note = (fields: object): void => void told.push({ ...fields });
  return { told, log: { info: note, warn: note } };
}

const request = { provider: "acme", account: "main", operation: "list" };

describe("tracing", () => {
  it("is off unless it is switched on: the chain is as it was", () => {
    const names = (options: object) => {
      const { hooks } = client(options).assembly;
      return [...hooks.list("call"), ...hooks.list("attempt")].map(({ name }) => name);
    };
    expect(names({})).toEqual(["retry", "metrics", "rate-limit"]);
    expect(names({ tracing: true, hooks: [{ name: "mine", before: () => {} }] })).toEqual([
      "tracing",
      "retry",
      "metrics",
      "rate-limit",
      "tracing-attempt",
      "mine",
    ]);
    expect(names({ logging: true, log: lines().log })).toEqual([
      "log",
      "retry",
      "metrics",
      "log-attempt",
      "rate-limit",
    ]);
  });

  it("has spans for call, wait and each request, and says what was repeated", async () => {
    const { spans, tracing } = recorder();
    const { assembly, clock } = client({ tracing });
    const statuses = [503, 200];
    const answer = runCall(assembly.hooks, { ...request, timeoutMs: 10_000, clock }, (call) =>
      assembly.hooks.run("attempt", call, async () => reply(statuses.shift() ?? 200)),
    );
    await clock.advance(5000);
    expect(await answer).toMatchObject({ status: 200 });
    expect(spans.map(({ name, parent, ended }) => [name, parent, ended])).toEqual([
      ["acme list", undefined, true],
      ["sluice.rate_limit.wait", "acme list", true],
      ["GET list", "acme list", true],
      ["sluice.rate_limit.wait", "acme list", true],
      ["GET list", "acme list", true],
    ]);
    expect(spans[0]?.events).toEqual(["sluice.retry"]);
    expect(spans[3]?.links).toMatchObject([{ context: { spanId: spans[2]?.id } }]);
    expect(spans[4]?.attributes).toMatchObject({ "http.request.resend_count": 1, "http.response.status_code": 200 });
  });

  it("reads the status as the vendor does", async () => {
    const { spans, tracing } = recorder();
    const read = (value: unknown) => ({ status: (value as { hidden?: number }).hidden, headers: undefined });
    const { send } = client({ tracing, retry: false }, { reply: read });
    await send(() => ({ hidden: 418 }));
    expect(spans.at(-1)?.attributes).toMatchObject({ "http.response.status_code": 418, "error.type": "418" });
  });
});

describe("logging", () => {
  it("tells what was refused, repeated and failed, and changes of the mode", async () => {
    const { told, log } = lines();
    const { assembly, send, clock } = client({ logging: true, log });
    void send(() => reply(429, { "retry-after": "1" })).catch(() => {});
    await clock.advance(1);
    assembly.mode = "shadow";
    assembly.mode = "shadow";
    expect(told).toMatchObject([
      { event: "provider_throttled", provider: "acme", operation: "list", attempt: 1 },
      { event: "retry", delayMs: 1000, reason: "throttled" },
      { event: "mode_changed", of: "client", from: "enforce", to: "shadow" },
    ]);
  });

  it("tells a refusal with the time to come back", async () => {
    const { told, log } = lines();
    const { send, clock } = client({ logging: { perSecond: 1 }, log });
    for (let n = 0; n < 4; n += 1)
      await send(() => reply(200), { deadlineMs: clock.now() + 10 }).catch(() => undefined);
    expect(told).toMatchObject([{ event: "rate_limit_refused", reason: "timeout", retryAfterMs: 100 }]);
    await clock.advance(1000);
    expect(told[1]).toMatchObject({ event: "suppressed", of: "rate_limit_refused", suppressed: 1 });
  });

  it("needs a logger, and options that are some", () => {
    expect(() => client({ logging: true })).toThrow(ConfigError);
    expect(() => client({ logging: "yes" as never, log: lines().log })).toThrow(ConfigError);
    expect(() => client({ logging: { perSecond: 0 }, log: lines().log })).toThrow(/perSecond/);
    expect(() => client({ tracing: "yes" as never })).toThrow(ConfigError);
    expect(() => client({ tracing: { tracer: {} as never } })).toThrow(/tracing\.tracer/);
  });
});

describe("metrics of decisions and jobs", () => {
  it("time what the store decides, by its algorithm", async () => {
    const { send, registry } = client();
    await send(() => reply(200));
    expect(await samples(registry, "sluice_rate_limit_decision_seconds_count")).toEqual({
      'algorithm="tokenBucket"': 1,
    });
  });

  it("count attempts that hold places, the places there are, and who got none", async () => {
    const places = { bucket: "jobs", limit: concurrency({ max: 2 }) };
    const { send, registry, clock } = client({ retry: false }, { ...vendor, quota: () => [places] });
    const ends: ((value: unknown) => void)[] = [];
    const job = () => send(() => new Promise((resolve) => ends.push(resolve)));
    const running = [job(), job()];
    await clock.advance(1);
    const shown = async (name: string) => Object.values(await samples(registry, `sluice_concurrent_jobs_${name}`));
    expect([await shown("active"), await shown("limit")]).toEqual([[2], [2]]);
    await expect(send(() => reply(200), { deadlineMs: clock.now() })).rejects.toMatchObject({ code: "LIMIT_EXCEEDED" });
    expect(await shown("rejected_total")).toEqual([1]);
    for (const end of ends) end(reply(200));
    await Promise.all(running);
    expect(await shown("active")).toEqual([0]);
  });
});
