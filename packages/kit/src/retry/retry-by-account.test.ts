import { createRetryBudget, type RetryEvent, type RetryOptions } from "@sluice/core";
import { afterEach, describe, expect, it, vi } from "vitest";
import { client, reply, samples } from "../assembly/rig.test-support.js";

afterEach(() => void vi.restoreAllMocks());

const noQuota = { quota: () => [] };

/** How many attempts a request makes that always fails. */
async function attempts({ clock, send }: ReturnType<typeof client>, account = "main", status = 503): Promise<number> {
  let count = 0;
  let ended = false;
  void send(() => ((count += 1), reply(status)), { account }).then(() => (ended = true));
  await clock.runUntil(() => ended);
  return count;
}

describe("retries in a factory", () => {
  it("go by the vendor's options, and the user's beat those one by one", async () => {
    const retry: RetryOptions = { maxRetries: 4, delay: () => 1000 };
    const vendors = client({}, { ...noQuota, retry });
    expect(await attempts(vendors)).toBe(5);
    expect(vendors.clock.now()).toBe(4000);
    const users = client({ retry: { maxRetries: 1 } }, { ...noQuota, retry });
    expect(await attempts(users)).toBe(2);
    expect(users.clock.now()).toBe(1000);
  });

  it("go by the vendor's rule, unless the user brings one", async () => {
    const never = () => ({ kind: "final" }) as const;
    expect(await attempts(client({}, { ...noQuota, classify: never }))).toBe(1);
    expect(await attempts(client({ retry: { classify: never } }, noQuota))).toBe(1);
  });

  it("take tokens and wait for them each time anew", async () => {
    const { clock, send } = client({ random: () => 0 });
    const atMs: number[] = [];
    let left = 3;
    void send(() => (atMs.push(clock.now()), reply((left -= 1) < 0 ? 200 : 503)));
    await clock.advance(5000);
    expect(atMs).toEqual([0, 0, 100, 200]);
  });

  it("have one budget an account: a storm against one leaves the other's whole", async () => {
    const storm = client({}, { ...noQuota, retry: { maxRetries: 1, delay: () => 0 } });
    let inStorm = 0;
    for (let n = 0; n < 100; n += 1) inStorm += await attempts(storm, "stormy");
    // 20 in a rested budget, and a tenth of a retry for each call that finds it less than full.
    expect(inStorm - 100).toBeGreaterThan(20);
    expect(inStorm - 100).toBeLessThanOrEqual(30);
    let inCalm = 0;
    for (let n = 0; n < 10; n += 1) inCalm += await attempts(storm, "calm");
    expect(inCalm).toBe(20);
  });

  it("have as large a budget as the vendor says", async () => {
    const small = client({}, { ...noQuota, retry: { maxRetries: 9, delay: () => 0 }, retryCapacity: 2 });
    expect(await attempts(small)).toBe(3);
  });

  it("share a budget that the user gives", async () => {
    const given = client(
      { retry: { maxRetries: 1, delay: () => 0, budget: createRetryBudget({ capacity: 3, ratio: 0, refillRate: 0 }) } },
      noQuota,
    );
    let total = 0;
    for (const account of ["one", "two", "three", "four", "five"]) total += await attempts(given, account);
    expect(total).toBe(5 + 3);
  });
});

describe("listeners to retries", () => {
  it("are told both, the vendor's and the user's", async () => {
    const vendors = { maxRetries: 1, onRetry: vi.fn(), onRetryAfter: vi.fn() };
    const users = { onRetry: vi.fn(), onRetryAfter: vi.fn() };
    const { clock, send } = client({ retry: users }, { ...noQuota, retry: vendors });
    void send(() => reply(503, { "retry-after": "soon" }));
    await clock.advance(1000);
    for (const { onRetry, onRetryAfter } of [vendors, users]) {
      expect(onRetry.mock.calls).toMatchObject([
        [{ call: { operation: "list" }, settled: { ok: true, result: { status: 503 } } }],
      ]);
      expect(onRetryAfter.mock.calls).toMatchObject([
        ["ignored", { operation: "list" }],
        ["ignored", { operation: "list" }],
      ]);
    }
  });

  it("that fail change neither the outcome nor what the other one hears, and are one warning", async () => {
    const warn = vi.spyOn(process, "emitWarning").mockImplementation(() => {});
    const fail = () => {
      throw new Error("listener bug");
    };
    const heard: RetryEvent[] = [];
    const { clock, send } = client(
      { retry: { onRetry: (event) => heard.push(event), onRetryAfter: fail } },
      { ...noQuota, retry: { onRetry: fail, onRetryAfter: fail } },
    );
    let left = 3;
    const answer = send(() => reply((left -= 1) < 0 ? 200 : 503, { "retry-after": "-1" }));
    await clock.advance(10_000);
    expect(await answer).toMatchObject({ status: 200 });
    expect(heard).toHaveLength(3);
    expect(warn.mock.calls).toEqual([
      ["A listener to retries failed: listener bug", { type: "SluiceHookWarning", code: "SLUICE_RETRY_LISTENER" }],
    ]);
  });
});

describe("metrics of retries", () => {
  const place = 'provider="acme",account="main",operation="list"';

  it("count each by its reason, and Retry-After headers that were ignored or capped", async () => {
    const { clock, send, registry } = client({ retry: { maxRetryAfterMs: 5000 } }, noQuota);
    const refused = Object.assign(new Error("connect"), { code: "ECONNREFUSED" });
    const answers = [
      reply(429, { "retry-after": "1" }),
      reply(429, { "retry-after": "99" }),
      reply(503, { "retry-after": "1.5" }),
      refused,
      reply(200),
    ];
    const answer = send(() => {
      const next = answers.shift();
      if (next instanceof Error) throw next;
      return next;
    });
    await clock.advance(20_000);
    expect(await answer).toMatchObject({ status: 200 });
    expect(await samples(registry, "sluice_retry_attempts_total")).toEqual({
      [`${place},reason="throttled",outcome="repeated"`]: 2,
      [`${place},reason="server_error",outcome="repeated"`]: 1,
      [`${place},reason="network_error",outcome="repeated"`]: 1,
      [`${place},reason="network_error",outcome="succeeded"`]: 1,
    });
    expect(await samples(registry, "sluice_retry_after_ignored_total")).toEqual({ [place]: 1 });
    expect(await samples(registry, "sluice_retry_after_capped_total")).toEqual({ [place]: 1 });
  });

  it("read answers as the vendor does", async () => {
    const read = (value: unknown) => ({ status: (value as { hidden?: number }).hidden, headers: undefined });
    const classify = () => ({ kind: "throttled", retryAfter: null }) as const;
    const { clock, send, registry } = client({ retry: { maxRetries: 1 } }, { ...noQuota, reply: read, classify });
    void send(() => ({ status: 200, hidden: 429 }));
    void send(() => Promise.reject(Object.assign(new Error("no"), { hidden: 502 }))).catch(() => {});
    void send(() => Promise.reject(Object.assign(new Error("cut off"), { hidden: 200, code: "ECONNRESET" }))).catch(
      () => {},
    );
    await clock.advance(1000);
    expect(await samples(registry, "sluice_retry_attempts_total")).toEqual({
      [`${place},reason="throttled",outcome="repeated"`]: 1,
      [`${place},reason="server_error",outcome="repeated"`]: 1,
      [`${place},reason="network_error",outcome="repeated"`]: 1,
      [`${place},reason="throttled",outcome="exhausted"`]: 1,
      [`${place},reason="server_error",outcome="exhausted"`]: 1,
      [`${place},reason="network_error",outcome="exhausted"`]: 1,
    });
  });

  it("tell calls that succeeded in the end from those that failed for good and those that had no retries left", async () => {
    const { clock, send, registry } = client({ retry: { maxRetries: 2 } }, noQuota);
    const run = async (statuses: number[], verb = "GET"): Promise<void> => {
      const answer = send(() => reply(statuses.shift() ?? 503), { verb });
      await clock.advance(20_000);
      await answer;
    };
    await run([503, 200]);
    await run([503, 404]);
    await run([503, 503, 503]);
    await run([200]);
    // Nobody knows what became of it, so it may not be repeated: that is no lack of retries.
    await run([503], "POST");
    expect(await samples(registry, "sluice_retry_attempts_total")).toEqual({
      [`${place},reason="server_error",outcome="repeated"`]: 4,
      [`${place},reason="server_error",outcome="succeeded"`]: 1,
      [`${place},reason="server_error",outcome="failed"`]: 1,
      [`${place},reason="server_error",outcome="exhausted"`]: 1,
    });
  });
});
