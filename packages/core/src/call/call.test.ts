import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createHookChain } from "../hooks/hook-chain.js";
import { type Call, createCall, nextAttempt, partOf, recordWait } from "./call.js";

const init = { provider: "test", account: "acme", operation: "things.list" };

describe("a new call", () => {
  it("has an id of its own, its own state, no attempt yet, no deadline, and a signal that never aborts", () => {
    const [one, other] = [createCall(init), createCall(init)];
    expect(one.id).not.toBe(other.id);
    expect(one.state).not.toBe(other.state);
    expect(one).toMatchObject({
      ...init,
      attempt: 0,
      priority: 0,
      deadlineMs: Number.POSITIVE_INFINITY,
      args: undefined,
    });
    expect(one.signal.aborted).toBe(false);
    expect(one.progress).toEqual({ attempts: 0, waitedMs: 0, sent: false, parent: undefined });
  });

  it.each([
    [undefined, undefined, "read", true],
    ["GET", undefined, "read", true],
    ["HEAD", undefined, "read", true],
    ["OPTIONS", undefined, "read", true],
    ["POST", undefined, "write", false],
    ["PUT", undefined, "write", false],
    ["DELETE", undefined, "write", false],
    ["POST", "read", "read", true],
  ] as const)("with verb %s and access %s is a %s, idempotent: %s", (verb, access, thenAccess, idempotent) => {
    const call = createCall({ ...init, ...(verb && { verb }), ...(access && { access }) });
    expect(call).toMatchObject({ verb: verb ?? "GET", access: thenAccess, idempotent });
  });

  it("takes the caller's word on idempotence", () => {
    expect(createCall({ ...init, verb: "PUT", idempotent: true }).idempotent).toBe(true);
    expect(createCall({ ...init, idempotent: false }).idempotent).toBe(false);
  });
});

describe("attempts", () => {
  it("are counted from 1, over retries of an attempt and over new requests of the call alike", () => {
    const call = createCall(init);
    const first = nextAttempt(call);
    const retried = nextAttempt(first);
    const again = nextAttempt(retried);
    const second = nextAttempt(call);
    expect([first, retried, again, second].map(({ attempt }) => attempt)).toEqual([1, 2, 3, 4]);
    expect(call.progress.attempts).toBe(4);
    expect(call.attempt).toBe(0);
    expect(again.state).toBe(call.state);
  });

  it("of a part are its own, and count for the whole", () => {
    const call = createCall(init);
    const upload = partOf(call, { operation: "upload", verb: "PUT", access: "write", idempotent: false });
    const complete = partOf(call, { operation: "complete" });
    expect(nextAttempt(nextAttempt(upload)).attempt).toBe(2);
    expect(nextAttempt(complete).attempt).toBe(1);
    expect(call.progress.attempts).toBe(3);
    expect(upload).toMatchObject({ id: call.id, operation: "upload", verb: "PUT", access: "write", idempotent: false });
    expect(upload.state).toBe(call.state);
  });

  it("of parts begun inside an attempt start from 1 for each part", () => {
    const attempt = nextAttempt(createCall(init));
    for (const operation of ["token", "token again"]) {
      const part = partOf(attempt, { operation });
      expect(part.attempt).toBe(0);
      expect(nextAttempt(nextAttempt(part)).attempt).toBe(2);
    }
  });
});

it("an attempt knows whether it was sent: not before the transport is called, and each attempt for itself", async () => {
  const sent: boolean[] = [];
  const look = ({ progress }: Call): void => void sent.push(progress.sent);
  const chain = createHookChain({ hooks: [{ name: "watch", before: look, after: look, error: look }] });
  const call = createCall(init);
  await chain.run("attempt", call, async (attempt) => look(attempt));
  await chain.run("attempt", call, () => Promise.reject(new Error("no"))).catch(() => {});
  chain.add({ name: "veto", before: () => Promise.reject(new Error("veto")) });
  await chain.run("attempt", call, async () => {}).catch(() => {});
  expect(sent).toEqual([false, true, true, false, true, false, false]);
});

describe("a recorded wait", () => {
  it("counts for its attempt, for the part and for the whole call, and for no other attempt", () => {
    const call = createCall(init);
    const part = partOf(call, {});
    const first = nextAttempt(part);
    const second = nextAttempt(first);
    recordWait(first, 300);
    recordWait(second, 50);
    recordWait(second, 5);
    expect([first, second, part, call].map(({ progress }) => progress.waitedMs)).toEqual([300, 55, 355, 355]);
  });
});

it("whatever attempts, retries and waits there are, the whole is the sum of its attempts", async () => {
  const attempt = fc.record({ retries: fc.nat(3), waitMs: fc.nat(1000), inPart: fc.boolean() });
  await fc.assert(
    fc.asyncProperty(fc.array(attempt, { maxLength: 10 }), async (attempts) => {
      const chain = createHookChain();
      const call: Call = createCall(init);
      let made = 0;
      let waitedMs = 0;
      for (const { retries, waitMs, inPart } of attempts) {
        await chain.run("attempt", inPart ? partOf(call, {}) : call, async (first) => {
          let current = first;
          for (let retry = 0; retry <= retries; retry += 1) {
            recordWait(current, waitMs);
            expect(current.progress.waitedMs).toBe(waitMs);
            made += 1;
            waitedMs += waitMs;
            if (retry < retries) current = nextAttempt(current);
          }
        });
      }
      expect(call.progress).toMatchObject({ attempts: made, waitedMs });
    }),
    { numRuns: 100 },
  );
});
