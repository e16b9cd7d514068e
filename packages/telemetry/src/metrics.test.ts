import {
  createCall,
  createHookChain,
  DeadlineExceededError,
  type Hook,
  LimitExceededError,
  recordWait,
  SluiceError,
} from "@sluice/core";
import { createFakeClock } from "@sluice/core/testing";
import { AggregatorRegistry, Gauge, type OpenMetricsContentType, Registry, register } from "prom-client";
import { afterEach, describe, expect, it, vi } from "vitest";
import { registerFamilies } from "./families/families.js";
import { createBoard } from "./labels/board.js";
import { createBreakerObserver, createMetrics, createPolicyMetrics, type MetricsOptions } from "./index.js";

function setUp(options: Omit<MetricsOptions, "registry"> = {}, inner: Hook[] = []) {
  const registry = new Registry();
  const clock = createFakeClock();
  const metrics = createMetrics({ registry, clock, ...options });
  const failures: unknown[] = [];
  const chain = createHookChain({
    hooks: [metrics.hook, ...inner],
    clock,
    onHookError: (failure) => failures.push(failure),
  });
  return { registry, clock, metrics, chain, failures };
}

const call = createCall({ provider: "acme", account: "main", operation: "things.list" });

/** Lines of the scrape that begin with the name, comments left out. */
async function lines(registry: Registry, name: string): Promise<string[]> {
  return (await registry.metrics()).split("\n").filter((line) => line.startsWith(name));
}

async function outcomes(registry: Registry): Promise<Record<string, number>> {
  const found = await lines(registry, "sluice_api_requests_total{");
  return Object.fromEntries(found.map((line) => [/outcome="([^"]*)"/.exec(line)![1]!, Number(line.split(" ").at(-1))]));
}

describe("the metrics hook", () => {
  it("is named metrics, stands at the attempt stage and observes without wrapping", () => {
    const { chain } = setUp();
    expect(chain.describe()).toContain("1. metrics (after, error)");
    expect(chain.list("attempt")).toHaveLength(1);
  });

  it("counts one request per attempt, with provider, account, operation, caller and outcome", async () => {
    const { registry, chain } = setUp();
    await chain.run("attempt", { ...call, caller: { namespace: "team-a", user: "ann", role: "admin" } }, async () => ({
      status: 200,
    }));
    expect(await lines(registry, "sluice_api_requests_total{")).toEqual([
      'sluice_api_requests_total{provider="acme",account="main",operation="things.list",caller="team-a/ann",outcome="ok"} 1',
    ]);
  });

  it("reads the outcome of an answer from its status", async () => {
    const { registry, chain } = setUp();
    for (const status of [200, 204, 304, 400, 404, 429, 500, 503])
      await chain.run("attempt", call, async () => ({ status }));
    await chain.run("attempt", call, async () => "no status at all");
    expect(await outcomes(registry)).toEqual({ ok: 4, client_error: 2, throttled: 1, server_error: 2 });
  });

  it("reads the outcome of a failure from the error and from the call's signal", async () => {
    const { registry, chain } = setUp();
    const aborted = new Error("changed my mind");
    const late = new DeadlineExceededError("things.list", 30);
    const failures: readonly [Error, Error?][] = [
      [Object.assign(new Error("no"), { status: 403 })],
      [Object.assign(new Error("no"), { status: 429 })],
      [Object.assign(new Error("no"), { response: { status: 502 } })],
      [new TypeError("fetch failed", { cause: Object.assign(new Error("x"), { code: "ECONNREFUSED" }) })],
      [new TypeError("fetch failed", { cause: Object.assign(new Error("x"), { code: "CERT_HAS_EXPIRED" }) })],
      [new TypeError("terminated")],
      [Object.assign(new Error("x"), { code: "ENETDOWN", syscall: "connect" })],
      [new Error("socket hang up"), aborted],
      [new DOMException("stopped", "AbortError")],
      [new Error("whatever"), late],
      [new DeadlineExceededError("things.list", 30)],
      [new LimitExceededError({ bucket: "b", retryAfterMs: 10 })],
      [new SluiceError("STORE_UNAVAILABLE", "away")],
      [new TypeError("a bug")],
    ];
    for (const [error, reason] of failures) {
      const controller = new AbortController();
      const attempt = chain.run("attempt", { ...call, signal: controller.signal }, () => {
        if (reason !== undefined) controller.abort(reason);
        return Promise.reject(error);
      });
      await expect(attempt).rejects.toBe(error);
    }
    expect(await outcomes(registry)).toEqual({
      client_error: 1,
      throttled: 1,
      server_error: 1,
      network_error: 4,
      aborted: 2,
      deadline_exceeded: 2,
      limit_exceeded: 1,
      other: 2,
    });
  });

  it("counts a hook's veto as other, and no duration for what was never sent", async () => {
    const veto: Hook = { name: "veto", before: () => Promise.reject(new Error("not today")) };
    const { registry, chain } = setUp({}, [veto]);
    await expect(chain.run("attempt", call, async () => 1)).rejects.toThrow("not today");
    expect(await outcomes(registry)).toEqual({ other: 1 });
    expect(await lines(registry, "sluice_api_request_duration_seconds_count")).toEqual([]);
  });

  it("leaves waits for limits out of the duration", async () => {
    const { registry, clock, chain } = setUp({}, [
      {
        name: "limit",
        async before(waiting) {
          await clock.advance(4000);
          recordWait(waiting, 4000);
        },
      },
    ]);
    await chain.run("attempt", call, async () => clock.advance(30));
    expect(await lines(registry, "sluice_api_request_duration_seconds_sum")).toEqual([
      'sluice_api_request_duration_seconds_sum{provider="acme",account="main",operation="things.list"} 0.03',
    ]);
  });

  it("shows a throwing callerLabel to onHookError and leaves the result alone", async () => {
    const { chain, failures } = setUp({
      callerLabel: () => {
        throw new Error("no name");
      },
    });
    expect(await chain.run("attempt", { ...call, caller: { user: "u" } }, async () => "result")).toBe("result");
    expect(failures).toHaveLength(1);
  });
});

describe("the limiter observer", () => {
  it("counts tokens taken, waits from 0.001 to 30 s and tokens left", async () => {
    const { registry, metrics } = setUp();
    metrics.limiter.acquired(call, { waitedMs: 0 });
    metrics.limiter.acquired(call, { waitedMs: 7_500, cost: 5, bucket: "private-channel", remaining: 12 });
    const text = await registry.metrics();
    expect(text).toContain(
      'sluice_rate_limit_acquired_total{provider="acme",account="main",operation="things.list",caller=""} 6',
    );
    expect(text).toContain(
      'sluice_rate_limit_tokens_available{provider="acme",account="main",operation="things.list"} 12',
    );
    const bounds = (await lines(registry, "sluice_rate_limit_wait_seconds_bucket")).map(
      (line) => /le="([^"]+)"/.exec(line)![1],
    );
    expect([bounds[0], bounds.at(-2), bounds.at(-1)]).toEqual(["0.001", "30", "+Inf"]);
    expect(text).toMatch(/sluice_rate_limit_wait_seconds_count\{[^}]*\} 2/);
    expect(text).toMatch(/sluice_rate_limit_wait_seconds_sum\{[^}]*\} 7\.5/);
    expect(text).not.toContain("private-channel");
  });

  it("tells refusals for time from refusals at once", async () => {
    const { registry, metrics } = setUp();
    for (const reason of ["timeout", "timeout", "rejected", "impossible"] as const)
      metrics.limiter.refused(call, { reason });
    const text = await registry.metrics();
    expect(text).toMatch(/sluice_rate_limit_timeouts_total\{.*\} 2/);
    expect(text).toMatch(/sluice_rate_limit_rejected_total\{.*reason="rejected"\} 1/);
    expect(text).toMatch(/sluice_rate_limit_rejected_total\{.*reason="impossible"\} 1/);
  });

  it("takes numbers that are none without throwing", async () => {
    const { registry, metrics } = setUp();
    metrics.limiter.acquired(call, { waitedMs: Number.NaN, cost: -1, remaining: Infinity });
    expect(await registry.metrics()).not.toMatch(/NaN|Nan|Inf/);
  });
});

describe("retries and the store", () => {
  it("counts retries by a closed list of reasons, and Retry-After headers ignored and capped", async () => {
    const { registry, metrics } = setUp();
    metrics.retried(call, "throttled");
    metrics.retried(call, "made up" as "other");
    metrics.retryAfterIgnored(call);
    metrics.retryAfterCapped(call);
    const text = await registry.metrics();
    expect(text).toMatch(/sluice_retry_attempts_total\{.*reason="throttled",outcome="repeated"\} 1/);
    expect(text).toMatch(/sluice_retry_attempts_total\{.*reason="other",outcome="repeated"\} 1/);
    expect(text).toMatch(/sluice_retry_after_ignored_total\{.*\} 1/);
    expect(text).toMatch(/sluice_retry_after_capped_total\{.*\} 1/);
    expect(text).not.toContain("made up");
  });
});

describe("where limits are kept", () => {
  const provider = "acme";

  /** The modes that have clients, with their number. */
  async function clients(registry: Registry): Promise<Record<string, number>> {
    const found = await lines(registry, "sluice_store_mode{");
    const counts = found.map((line) => [/mode="(\w+)"/.exec(line)![1]!, Number(line.split(" ").at(-1))] as const);
    return Object.fromEntries(counts.filter(([, count]) => count !== 0));
  }

  it("is one client in its present mode and none in all others", async () => {
    const { registry, metrics } = setUp({ provider });
    metrics.storeMode("shared");
    metrics.storeMode("local");
    metrics.storeMode("local");
    expect(await lines(registry, "sluice_store_mode{")).toEqual(
      ["shared", "local", "open", "closed", "memory"].map(
        (mode) => `sluice_store_mode{provider="acme",mode="${mode}"} ${mode === "local" ? 1 : 0}`,
      ),
    );
  });

  it("is counted for all clients of a provider, so that none hides that another is away", async () => {
    const registry = new Registry();
    const [away, here, third] = [1, 2, 3].map(() => createMetrics({ registry, provider }));
    away!.storeMode("local");
    here!.storeMode("shared");
    third!.storeMode("shared");
    createMetrics({ registry, provider: "other one" }).storeMode("open");
    expect(await lines(registry, 'sluice_store_mode{provider="acme"')).toEqual([
      expect.stringMatching(/"shared"} 2$/),
      expect.stringMatching(/"local"} 1$/),
      ...["open", "closed", "memory"].map((mode) => expect.stringMatching(new RegExp(`"${mode}"} 0$`))),
    ]);
    away!.storeMode("shared");
    expect(await lines(registry, 'sluice_store_mode{provider="acme",mode="local"')).toEqual([
      expect.stringMatching(/ 0$/),
    ]);
  });

  it("counts a client no more once it is closed, however often and whatever is said afterwards; 0 everywhere at last", async () => {
    const registry = new Registry();
    const [one, other, unused] = [1, 2, 3].map(() => createMetrics({ registry, provider }));
    one!.storeMode("local");
    other!.storeMode("shared");
    unused!.closed();
    one!.closed();
    one!.closed();
    one!.storeMode("local");
    expect(await clients(registry)).toEqual({ shared: 1 });
    other!.closed();
    expect(await lines(registry, "sluice_store_mode{")).toHaveLength(5);
    expect(await clients(registry)).toEqual({});
  });

  it("shows nothing for a client that was closed before it kept any", async () => {
    const { registry, metrics } = setUp({ provider });
    metrics.closed();
    expect(await lines(registry, "sluice_store_mode{")).toEqual([]);
  });

  it("stays with a client that says what is no mode", async () => {
    const { registry, metrics } = setUp({ provider });
    metrics.storeMode("local");
    metrics.storeMode("nonsense" as "local");
    expect(await clients(registry)).toEqual({ local: 1 });
  });

  it("is counted in each registry apart", async () => {
    const [one, other] = [setUp({ provider }), setUp({ provider })];
    one.metrics.storeMode("local");
    other.metrics.storeMode("shared");
    one.metrics.closed();
    expect(await clients(one.registry)).toEqual({});
    expect(await clients(other.registry)).toEqual({ shared: 1 });
  });

  it("is known again after the registry's values were reset, and never below 0", async () => {
    const registry = new Registry();
    const [one, other] = [1, 2].map(() => createMetrics({ registry, provider }));
    one!.storeMode("local");
    other!.storeMode("local");
    registry.resetMetrics();
    expect(await clients(registry)).toEqual({ local: 2 });
    registry.resetMetrics();
    one!.closed();
    expect(await clients(registry)).toEqual({ local: 1 });
    other!.closed();
    expect(await clients(registry)).toEqual({});
  });

  it("is added up over two copies of the package on one registry", async () => {
    const registry = new Registry();
    const one = createMetrics({ registry, provider });
    // As another copy would: the same metrics, found by their shape, and a board of its own.
    const other = createBoard(registerFamilies(registry), createFakeClock()).storeClients(provider).open();
    one.storeMode("local");
    other.set("shared");
    expect(await clients(registry)).toEqual({ local: 1, shared: 1 });
    one.storeMode("shared");
    expect(await clients(registry)).toEqual({ shared: 2 });
    other.release();
    expect(await clients(registry)).toEqual({ shared: 1 });
  });

  it("is added up over workers in prom-client's cluster mode", async () => {
    const workers = await Promise.all(
      (["local", "shared", "shared"] as const).map(async (mode) => {
        const { registry, metrics } = setUp({ provider });
        metrics.storeMode(mode);
        return registry.getMetricsAsJSON();
      }),
    );
    const text = await AggregatorRegistry.aggregate(workers).metrics();
    expect(text).toMatch(/sluice_store_mode\{.*mode="shared"\} 2\n/);
    expect(text).toMatch(/sluice_store_mode\{.*mode="local"\} 1\n/);
  });
});

describe("the registry", () => {
  afterEach(() => register.clear());

  it.each<[string, (options: { registry: never }) => unknown]>([
    ["createMetrics", createMetrics],
    ["createPolicyMetrics", createPolicyMetrics],
    ["createBreakerObserver", createBreakerObserver],
  ])("that is none is a mistake with a name to %s", (_, make) => {
    for (const registry of [{}, "none", 7, [], { getSingleMetric() {} }])
      expect(() => make({ registry: registry as never })).toThrow(
        expect.objectContaining({ code: "CONFIG_INVALID", option: "registry" }),
      );
  });

  it("is prom-client's global one by default", async () => {
    createMetrics().limiter.acquired(call, { waitedMs: 1 });
    expect(await register.metrics()).toContain("sluice_rate_limit_acquired_total{");
  });

  it("serves several clients with the same metrics", async () => {
    const registry = new Registry();
    for (let client = 0; client < 3; client += 1) createMetrics({ registry }).limiter.acquired(call, { waitedMs: 1 });
    expect(await lines(registry, "sluice_rate_limit_acquired_total{")).toEqual([expect.stringMatching(/ 3$/)]);
  });

  it("counts on after its values were reset, and in new clients after it was cleared", async () => {
    const registry = new Registry();
    const metrics = createMetrics({ registry });
    metrics.limiter.acquired(call, { waitedMs: 1 });
    registry.resetMetrics();
    metrics.limiter.acquired(call, { waitedMs: 1 });
    expect(await lines(registry, "sluice_rate_limit_acquired_total{")).toEqual([expect.stringMatching(/ 1$/)]);
    registry.clear();
    createMetrics({ registry }).limiter.acquired(call, { waitedMs: 1 });
    expect(await lines(registry, "sluice_rate_limit_acquired_total{")).toEqual([expect.stringMatching(/ 1$/)]);
  });

  it("is added up with those of other workers in prom-client's cluster mode", async () => {
    const workers = await Promise.all(
      [5, 3].map(async (remaining) => {
        const registry = new Registry();
        registry.setDefaultLabels({ app: "shop" });
        createMetrics({ registry }).limiter.acquired(call, { waitedMs: 40, remaining });
        return registry.getMetricsAsJSON();
      }),
    );
    const text = await AggregatorRegistry.aggregate(workers).metrics();
    expect(text).toMatch(/sluice_rate_limit_acquired_total\{.*app="shop"\} 2\n/);
    expect(text).toMatch(/sluice_rate_limit_tokens_available\{.*\} 3\n/);
    expect(text).toMatch(/sluice_rate_limit_wait_seconds_bucket\{le="0.05",.*\} 2\n/);
    expect(text).toMatch(/sluice_rate_limit_wait_seconds_sum\{.*\} 0.08\n/);
  });

  it("may be of the OpenMetrics kind", async () => {
    const registry = new Registry<OpenMetricsContentType>();
    registry.setContentType(Registry.OPENMETRICS_CONTENT_TYPE);
    createMetrics({ registry }).limiter.acquired(call, { waitedMs: 1 });
    await registry.metrics();
    createMetrics({ registry }).limiter.acquired(call, { waitedMs: 1 });
    expect(await registry.metrics()).toMatch(/sluice_rate_limit_acquired_total\{.*\} 2\n/);
  });

  it("keeps a stranger's metric of the same name; ours stays out, with a warning", async () => {
    const registry = new Registry();
    const stranger = new Gauge({ name: "sluice_api_requests_total", help: "mine", registers: [registry] });
    const warn = vi.spyOn(process, "emitWarning").mockImplementation(() => undefined);
    const metrics = createMetrics({ registry });
    await createHookChain({ hooks: [metrics.hook] }).run("attempt", call, async () => 1);
    expect(registry.getSingleMetric("sluice_api_requests_total")).toBe(stranger);
    expect(warn).toHaveBeenCalledOnce();
    warn.mockRestore();
  });
});
