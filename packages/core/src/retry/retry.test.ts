import { describe, expect, it, vi } from "vitest";
import { type Call, type CallInit, createCall } from "../call/call.js";
import { SluiceError } from "../errors/sluice-error.js";
import type { Hook } from "../hooks/hook.js";
import { createHookChain } from "../hooks/hook-chain.js";
import { createFakeClock } from "../testing/fake-clock.js";
import { type RetryOptions, streamedBody } from "./options.js";
import { retry } from "./retry.js";

type Reply = { status: number; headers?: Headers };
const reply = (status: number, retryAfter?: string): Reply => ({
  status,
  ...(retryAfter !== undefined && { headers: new Headers({ "retry-after": retryAfter }) }),
});
const refused = Object.assign(new Error("nobody there"), { code: "ECONNREFUSED" });
const reset = Object.assign(new Error("cut"), { code: "ECONNRESET" });

/** Runs one call through a retry hook; the transport gives one answer after another, the last one for ever. */
async function run(
  answers: readonly (Reply | Error)[],
  options: RetryOptions = {},
  init: Partial<CallInit> = {},
  inner: Hook[] = [],
) {
  const clock = createFakeClock();
  const hook = retry({ clock, random: () => 0.5, ...options });
  const chain = createHookChain({ clock, hooks: [hook, ...inner] });
  const call = createCall({ provider: "test", account: "acme", operation: "o", ...init });
  const sentAt: number[] = [];
  let ended: { ok: unknown } | { error: unknown } | undefined;
  const transport = async ({ attempt }: Call): Promise<Reply> => {
    sentAt.push(clock.now());
    expect(attempt).toBe(sentAt.length);
    const answer = answers[Math.min(attempt, answers.length) - 1] as Reply | Error;
    if (answer instanceof Error) throw answer;
    return answer;
  };
  chain.run("attempt", call, transport).then(
    (ok) => (ended = { ok }),
    (error: unknown) => (ended = { error }),
  );
  await clock.runUntil(() => ended !== undefined);
  return { ended, sentAt, counts: hook.counts, endedAt: clock.now() };
}

describe("the wait before a retry", () => {
  it("is full jitter from 100 ms, doubling, at most 3.2 s", async () => {
    const longest = await run([reply(503)], { maxRetries: 8, random: () => 1 });
    expect(longest.sentAt).toEqual([0, 100, 300, 700, 1500, 3100, 6300, 9500, 12_700]);
    const half = await run([reply(503)], { maxRetries: 3 });
    expect(half.sentAt).toEqual([0, 50, 150, 350]);
  });

  it("is what Retry-After says when that is longer, and jitter when jitter is", async () => {
    expect((await run([reply(429, "7"), reply(200)])).sentAt).toEqual([0, 7000]);
    expect((await run([reply(503, "7"), reply(200)])).sentAt).toEqual([0, 7000]);
    expect((await run([reply(429, "1"), reply(200)], { baseMs: 3000 })).sentAt).toEqual([0, 1500]);
  });

  it.each([
    ["the preferred form", "Thu, 01 Jan 2026 00:00:09 GMT"],
    ["the RFC 850 form", "Thursday, 01-Jan-26 00:00:09 GMT"],
    ["the asctime form", "Thu Jan  1 00:00:09 2026"],
  ])("ends at the date that Retry-After names: %s", async (_, date) => {
    expect((await run([reply(429, date), reply(200)])).sentAt).toEqual([0, 9000]);
  });

  it.each(["", "abc", "NaN", "Infinity", "0x10", "1e9", "120, 60", "-5", "1.5", "9".repeat(401)])(
    "ignores and counts a Retry-After of %j",
    async (header) => {
      const { sentAt, counts } = await run([reply(429, header), reply(200)]);
      expect(sentAt).toEqual([0, 50]);
      expect(counts).toMatchObject({ retries: 1, retryAfterIgnored: 1, retryAfterCapped: 0 });
    },
  );

  it("is a Retry-After of just the cap, which is not counted", async () => {
    const { sentAt, counts } = await run([reply(429, "30"), reply(200)], { maxRetryAfterMs: 30_000 });
    expect(sentAt).toEqual([0, 30_000]);
    expect(counts.retryAfterCapped).toBe(0);
  });

  it.each(["1000000000", "9".repeat(20), "9".repeat(400), "Thu, 31 Dec 2099 23:59:59 GMT"])(
    "believes a Retry-After of %s up to the cap, and counts that",
    async (header) => {
      const { sentAt, counts } = await run([reply(429, header), reply(200)], { maxRetryAfterMs: 30_000 });
      expect(sentAt).toEqual([0, 30_000]);
      expect(counts).toMatchObject({ retryAfterCapped: 1, retryAfterIgnored: 0 });
      expect((await run([reply(429, header), reply(200)])).sentAt).toEqual([0, 600_000]);
    },
  );

  it.each(["0", "Thu, 01 Jan 2015 00:00:00 GMT"])(
    "is the back-off's own for a Retry-After of %s: no hot loop",
    async (header) => {
      const { sentAt, endedAt } = await run([reply(429, header)]);
      expect(sentAt).toHaveLength(11);
      expect(sentAt.slice(0, 4)).toEqual([0, 50, 150, 350]);
      const callsPerSecond = sentAt.length / (endedAt / 1000);
      process.stdout.write(`Retry-After ${header}: ${callsPerSecond.toFixed(2)} calls per second\n`);
      expect(callsPerSecond).toBeLessThan(2);
    },
  );

  it("can be the user's own, and one that comes to NaN ends the retries", async () => {
    expect((await run([reply(503)], { maxRetries: 3, delay: (n) => n * 1000 })).sentAt).toEqual([0, 1000, 3000, 6000]);
    expect((await run([reply(503)], { delay: () => Number.NaN })).ended).toEqual({ ok: reply(503) });
  });

  it("sleeps as it is told to, under the call's signal", async () => {
    const slept: [number, boolean][] = [];
    const sleep: RetryOptions["sleep"] = async (delayMs, signal) => void slept.push([delayMs, signal.aborted]);
    await run([reply(429, "3"), reply(503), reply(200)], { sleep });
    expect(slept).toEqual([
      [3000, false],
      [100, false],
    ]);
  });
});

describe("what is repeated", () => {
  const write = { verb: "POST" };
  const idempotentWrite = { verb: "PUT", idempotent: true };

  it.each([
    ["a throttled read", {}, reply(429), true],
    ["a throttled write: it was not processed", write, reply(429), true],
    ["a write that was never sent", write, refused, true],
    ["a read that failed on the way", {}, reset, true],
    ["a read that the server failed", {}, reply(503), true],
    ["an idempotent write that failed on the way", idempotentWrite, reset, true],
    ["a write that failed on the way", write, reset, false],
    ["a write that the server failed", write, reply(503), false],
    ["a read that is not idempotent", { idempotent: false }, reply(503), false],
    ["a refusal for good", {}, reply(404), false],
    ["a programming error", {}, new TypeError("bug"), false],
  ] as const)("%s", async (_, init, answer, repeated) => {
    const { sentAt, ended } = await run([answer, reply(200)], {}, init);
    expect(sentAt).toHaveLength(repeated ? 2 : 1);
    expect(ended).toEqual(repeated ? { ok: reply(200) } : answer instanceof Error ? { error: answer } : { ok: answer });
  });

  it("a write after an unclear outcome, when the user says so", async () => {
    const retryUnclear = ({ operation }: Call): boolean => operation === "o";
    expect((await run([reset, reply(200)], { retryUnclear }, write)).ended).toEqual({ ok: reply(200) });
  });

  it("never a stream, not even one that was throttled or refused", async () => {
    const stream: Hook = { name: "stream", before: (call) => call.state.set(streamedBody, true) };
    for (const answer of [reply(429), refused]) {
      expect((await run([answer, reply(200)], {}, {}, [stream])).sentAt).toEqual([0]);
      expect((await run([answer, reply(200)], { isStream: () => true })).sentAt).toEqual([0]);
    }
    const whole: Hook = { name: "whole", before: (call) => call.state.set(streamedBody, false) };
    expect((await run([reply(429), reply(200)], {}, {}, [whole])).sentAt).toEqual([0, 50]);
  });

  it("never an error of ours, whatever the vendor's rule says", async () => {
    const limited = new SluiceError("LIMIT_EXCEEDED", "no");
    const always: RetryOptions["classify"] = () => ({ kind: "throttled", retryAfter: null });
    const { ended, sentAt } = await run([limited, reply(200)], { classify: always });
    expect([ended, sentAt]).toEqual([{ error: limited }, [0]]);
  });

  it("what the vendor's rule says, and its header is read", async () => {
    const rule: RetryOptions["classify"] = (settled) =>
      settled.ok && (settled.result as Reply).status === 299
        ? { kind: "throttled", retryAfter: "2" }
        : { kind: "final" };
    expect((await run([reply(299), reply(429)], { classify: rule }, write)).sentAt).toEqual([0, 2000]);
  });
});

describe("giving up", () => {
  it("hands on the last result or error, untouched", async () => {
    const answers = [reply(503), reply(502), reply(500)];
    const { ended, counts } = await run(answers, { maxRetries: 2 });
    expect((ended as { ok: unknown }).ok).toBe(answers[2]);
    expect(counts.retries).toBe(2);
    const errors = [reset, refused, new Error("last", { cause: reset })];
    expect(((await run(errors, { maxRetries: 2 })).ended as { error: unknown }).error).toBe(errors[2]);
  });

  it("comes after 10 retries by default, and at once for 0", async () => {
    expect((await run([reply(503)])).sentAt).toHaveLength(11);
    expect((await run([reply(503)], { maxRetries: 0 })).sentAt).toHaveLength(1);
  });

  it("comes at once when the wait would pass the deadline: nobody waits in vain", async () => {
    const { ended, endedAt, counts } = await run([reply(429, "60")], {}, { deadlineMs: 30_000 });
    expect([ended, endedAt]).toEqual([{ ok: reply(429, "60") }, 0]);
    expect(counts.retries).toBe(0);
    expect((await run([reply(429, "29"), reply(200)], {}, { deadlineMs: 30_000 })).sentAt).toEqual([0, 29_000]);
    expect((await run([reply(429, "30"), reply(200)], {}, { deadlineMs: 30_000 })).sentAt).toEqual([0]);
  });

  it("counts what it ignored, even when no retry follows", async () => {
    expect((await run([reply(503, "abc")], {}, { verb: "POST" })).counts.retryAfterIgnored).toBe(1);
  });

  it("comes when the call was aborted during the attempt", async () => {
    const controller = new AbortController();
    const aborter: Hook = { name: "aborter", after: () => controller.abort() };
    const { sentAt } = await run([reply(429), reply(200)], {}, { signal: controller.signal }, [aborter]);
    expect(sentAt).toEqual([0]);
  });

  it("comes with the caller's reason when the call is aborted during the wait", async () => {
    const clock = createFakeClock();
    const controller = new AbortController();
    const reason = new Error("gone");
    const chain = createHookChain({ clock, hooks: [retry({ clock })] });
    const call = createCall({ provider: "p", account: "a", operation: "o", signal: controller.signal });
    const running = chain.run("attempt", call, async () => reply(429, "60"));
    await clock.advance(1000);
    controller.abort(reason);
    await expect(running).rejects.toBe(reason);
    expect(clock.pending).toBe(0);
  });
});

describe("the rest of the stage", () => {
  it("runs once per attempt, and onRetry is told before each wait", async () => {
    const told: string[] = [];
    const inner: Hook = { name: "inner", before: ({ attempt }) => void told.push(`before ${attempt}`) };
    const onRetry: RetryOptions["onRetry"] = ({ call, delayMs, settled }) =>
      told.push(`retry after ${call.attempt} in ${delayMs}: ${settled.ok}`);
    await run([reply(503), reset, reply(200)], { onRetry }, {}, [inner]);
    expect(told).toEqual([
      "before 1",
      "retry after 1 in 50: true",
      "before 2",
      "retry after 2 in 100: false",
      "before 3",
    ]);
  });

  it("leaves it to onRetryAfter to be told when a Retry-After is ignored or capped", async () => {
    const told: [string, number][] = [];
    const onRetryAfter: RetryOptions["onRetryAfter"] = (problem, { attempt }) => told.push([problem, attempt]);
    await run([reply(429, "7"), reply(429, "abc"), reply(429, "1e9"), reply(429, "9999"), reply(200)], {
      onRetryAfter,
    });
    expect(told).toEqual([
      ["ignored", 2],
      ["ignored", 3],
      ["capped", 4],
    ]);
  });

  it("needs no listeners: nobody is warned without them", async () => {
    const warn = vi.spyOn(process, "emitWarning").mockImplementation(() => {});
    await run([reply(503, "abc"), reply(503, "9999"), reply(200)]);
    expect(warn.mock.calls).toEqual([]);
    warn.mockRestore();
  });

  it("is not disturbed by listeners that throw; the process is warned, once", async () => {
    const warn = vi.spyOn(process, "emitWarning").mockImplementation(() => {});
    const broken = (): never => {
      throw new Error("listener broke");
    };
    const answers = [reply(503, "abc"), reply(503, "9999"), reply(200)];
    const { ended } = await run(answers, { onRetry: broken, onRetryAfter: broken });
    expect(ended).toEqual({ ok: reply(200) });
    expect(warn.mock.calls).toEqual([
      ["onRetryAfter failed: listener broke", { type: "SluiceHookWarning" }],
      ["onRetry failed: listener broke", { type: "SluiceHookWarning" }],
    ]);
    warn.mockRestore();
  });
});

describe("a function of the user's that throws", () => {
  const broken = (): never => {
    throw new Error("a bug");
  };

  /** Runs twice, with the process's warnings. */
  async function warned(answers: readonly (Reply | Error)[], options: RetryOptions, init: Partial<CallInit> = {}) {
    const warn = vi.spyOn(process, "emitWarning").mockImplementation(() => {});
    const made = await run(answers, options, init);
    const texts = warn.mock.calls.map(([text]) => text);
    warn.mockRestore();
    return { ...made, texts };
  }

  it.each([
    ["classify", { classify: broken }, {}],
    ["delay", { delay: broken }, {}],
    ["retryUnclear", { retryUnclear: broken }, { verb: "POST" }],
    ["isStream", { isStream: broken }, {}],
    ["budget", { budget: { trySpend: broken, deposit: () => {} } as never }, {}],
  ] as const)(
    "%s: the API's own answer or error stands, there is no retry, and the process is warned",
    async (...all) => {
      const [name, options, init] = all;
      for (const answer of [reply(503), reset]) {
        const { ended, sentAt, texts } = await warned([answer, reply(200)], options, init);
        expect(ended).toEqual(answer === reset ? { error: reset } : { ok: answer });
        expect([sentAt, texts]).toEqual([[0], [`${name} failed: a bug`]]);
      }
    },
  );

  it("classify: a success stays one", async () => {
    const { ended, texts } = await warned([reply(200)], { classify: broken });
    expect([ended, texts]).toEqual([{ ok: reply(200) }, ["classify failed: a bug"]]);
  });

  it("deposit of a budget: the call is made all the same", async () => {
    const budget = { trySpend: () => true, deposit: broken } as never;
    const { ended, sentAt, texts } = await warned([reply(503), reply(200)], { budget });
    expect([ended, sentAt, texts]).toEqual([{ ok: reply(200) }, [0, 50], ["budget failed: a bug"]]);
  });

  it.each([
    ["a delay that is no number", { delay: () => 5n as never }],
    ["a Retry-After that is no text", { classify: () => ({ kind: "throttled", retryAfter: 5 as never }) as const }],
  ])("or gives what breaks us leaves the API's answer as it is too: %s", async (_, options) => {
    const { ended, sentAt, texts } = await warned([reply(503), reply(200)], options);
    expect([ended, sentAt]).toEqual([{ ok: reply(503) }, [0]]);
    expect(texts).toEqual([expect.stringMatching(/^retry failed: /)]);
  });

  it("is warned of once, however often it throws", async () => {
    const warn = vi.spyOn(process, "emitWarning").mockImplementation(() => {});
    const chain = createHookChain({ hooks: [retry({ classify: broken })] });
    const call = createCall({ provider: "test", account: "acme", operation: "o" });
    for (let n = 0; n < 3; n += 1) expect(await chain.run("attempt", call, async () => n)).toBe(n);
    expect(warn).toHaveBeenCalledTimes(1);
    warn.mockRestore();
  });

  it.each([undefined, null, {}, "failed", { kind: "odd" }, Promise.resolve({ kind: "throttled", retryAfter: null })])(
    "or a classify that gives %j, which is no verdict, is final",
    async (verdict) => {
      const { ended, sentAt } = await warned([reply(503), reply(200)], { classify: () => verdict as never });
      expect([ended, sentAt]).toEqual([{ ok: reply(503) }, [0]]);
    },
  );
});

it.each([
  ["maxRetries", [-1, 1.5, 1001, Number.NaN, "3", Number.POSITIVE_INFINITY]],
  ["baseMs", [-1, Number.NaN, "100", Number.POSITIVE_INFINITY]],
  ["capMs", [-1, Number.NaN, "100", Number.POSITIVE_INFINITY]],
  ["maxRetryAfterMs", [0, -1, Number.NaN, "100", Number.POSITIVE_INFINITY]],
] as const)("%s out of range is a ConfigError that names it", (option, values) => {
  for (const value of values) {
    expect(() => retry({ [option]: value })).toThrow(
      expect.objectContaining({ code: "CONFIG_INVALID", option, value }),
    );
  }
});
