import { createFakeClock } from "@sluice/core/testing";
import { createPolicyEngine, type Policy } from "@sluice/policy";
import { describe, expect, it, vi } from "vitest";
import { type Plain, viewOf } from "../testing/view.test-support.js";
import { createRateLimitGate, type RateLimitGate } from "./rate-limit-gate.js";
import type { RateLimitOptions } from "./rate-limit-options.js";
import type { Passage, RequestView } from "./request-view.js";

const clock = createFakeClock();
const three: Policy = { name: "three", scope: "global", windows: [{ limit: 3, per: "minute" }] };

function gateOf(options: RateLimitOptions<Plain>): RateLimitGate<Plain> {
  return createRateLimitGate(options.engine === undefined ? { clock, ...options } : options);
}

const kinds = async (gate: RateLimitGate<Plain>, views: readonly RequestView<Plain>[]): Promise<string[]> => {
  const seen: string[] = [];
  for (const view of views) seen.push((await gate.enter(view)).kind);
  return seen;
};
const bodyOf = (passage: Passage): Record<string, unknown> =>
  passage.kind === "answer" ? (JSON.parse(passage.answer.body) as Record<string, unknown>) : {};

describe("a gate", () => {
  it("refuses options out of range by their name, before it asks anybody", () => {
    const wrong: readonly [string, object][] = [
      ["cost", { cost: -1 }],
      ["cost", { cost: "2" }],
      ["headers", { headers: "all" }],
      ["strategy", { strategy: "panic" }],
      ["mode", { mode: "off" }],
      ["refund", { refund: true }],
      ["maxDelayMs", { maxDelayMs: 1e9 }],
      ["maxDelayed", { maxDelayed: 0.5 }],
      ["ipv6Prefix", { ipv6Prefix: 8 }],
      ["identifyTimeoutMs", { identifyTimeoutMs: 0 }],
      ["identify", { identify: "user" }],
      ["skip", { skip: true }],
      ["policy", { policy: [3] }],
      ["forwardedHeader", { forwardedHeader: "x-real-ip" }],
      ["legacyReset", { legacyReset: "iso" }],
      ["engine", { engine: {} }],
      ["policies[0].windows[0].limit", { policies: [{ ...three, windows: [{ limit: 0, per: "minute" }] }] }],
    ];
    for (const [option, options] of wrong) {
      const made = (): unknown => createRateLimitGate(options as RateLimitOptions<Plain>);
      expect([option, made]).toEqual([option, expect.any(Function)]);
      expect(made).toThrow(expect.objectContaining({ code: "CONFIG_INVALID", option }));
    }
    const engine = createPolicyEngine({ policies: [three] });
    expect(() => gateOf({ engine, policies: [three] })).toThrow(/^policies must be left out beside `engine`/);
  });

  it("counts addresses of IPv6 by their network, and those of IPv4 one by one", async () => {
    const perIp: Policy = { name: "per-ip", scope: "ip", windows: [{ limit: 1, per: "minute" }] };
    const gate = gateOf({ policies: [perIp] });
    const from = (peer: string): RequestView<Plain> => viewOf("/", { peer });
    const peers = [
      "2001:db8:1:2::1",
      "2001:db8:1:2:ffff::9",
      "2001:db8:1:3::1",
      "192.0.2.1",
      "192.0.2.2",
      "::ffff:192.0.2.2",
    ];
    expect(await kinds(gate, peers.map(from))).toEqual(["on", "answer", "on", "on", "on", "answer"]);
    const single = gateOf({ policies: [perIp], ipv6Prefix: 128 });
    expect(await kinds(single, peers.slice(0, 2).map(from))).toEqual(["on", "on"]);
  });

  it("counts all as one whose address the runtime does not tell", async () => {
    const perIp: Policy = { name: "per-ip", scope: "ip", windows: [{ limit: 1, per: "minute" }] };
    const gate = gateOf({ policies: [perIp] });
    expect(await kinds(gate, [viewOf("/", { peer: undefined }), viewOf("/", { peer: undefined })])).toEqual([
      "on",
      "answer",
    ]);
  });

  it("takes letters for alike where the router does, and spells a path as the policy does", async () => {
    const report: Policy = {
      name: "report",
      scope: "endpoint",
      values: "GET /userGroups/:id/Report",
      per: [],
      windows: [{ limit: 1, per: "minute" }],
    };
    const gate = gateOf({ policies: [report] });
    const paths = ["/userGroups/7/Report", "/USERGROUPS/8/report", "/usergroups/9/REPORT"];
    expect(
      await kinds(
        gate,
        paths.map((path) => viewOf(path, { caseSensitive: false })),
      ),
    ).toEqual(["on", "answer", "answer"]);
    expect(
      await kinds(
        gate,
        paths.slice(1).map((path) => viewOf(path)),
      ),
    ).toEqual(["on", "on"]);
    await gate.engine.policies.add({ ...report, name: "sheet", values: "/SpreadSheet" });
    await vi.waitFor(async () => {
      const view = viewOf("/spreadsheet", { caseSensitive: false });
      expect(await kinds(gate, [view])).toEqual(["answer"]);
    });
  });

  it("asks only the policies that are named", async () => {
    const one: Policy = {
      name: "one",
      scope: "endpoint",
      values: "/elsewhere",
      per: [],
      windows: [{ limit: 1, per: "minute" }],
    };
    const gate = gateOf({ policies: [three, one], policy: "one" });
    const passages = [await gate.enter(viewOf("/elsewhere")), await gate.enter(viewOf("/elsewhere"))];
    expect(bodyOf(passages[1] as Passage)["policy"]).toBe("one");
  });

  it("says that no wait helps a request that costs more than is ever allowed at once", async () => {
    const gate = gateOf({ policies: [three], cost: 4 });
    const passage = await gate.enter(viewOf("/"));
    expect(bodyOf(passage)).toMatchObject({
      status: 429,
      retryAfter: 60,
      detail: "Policy three allows 3 per minute. This request asks for more than is ever allowed at once.",
    });
  });

  it("holds up no more requests at a time than it may", async () => {
    const gate = gateOf({ policies: [three], cost: 3, strategy: "throttle", maxDelayMs: 600_000, maxDelayed: 1 });
    await gate.engine.ready();
    await gate.enter(viewOf("/"));
    const held = gate.enter(viewOf("/"));
    expect(await kinds(gate, [viewOf("/")])).toEqual(["answer"]);
    await clock.advance(60_000);
    expect((await held).kind).toBe("on");
  });

  it("gives up holding a request when its client goes away, and takes nothing for it", async () => {
    const gate = gateOf({ policies: [three], cost: 3, strategy: "throttle", maxDelayMs: 600_000 });
    await gate.enter(viewOf("/"));
    const client = new AbortController();
    const held = gate.enter(viewOf("/", { gone: () => client.signal }));
    await clock.advance(1000);
    client.abort(new Error("gone"));
    expect((await held).kind).toBe("answer");
    await clock.advance(60_000);
    expect(await kinds(gate, [viewOf("/")])).toEqual(["on"]);
  });

  it("takes a cost that is not known in time for one token, and a skip for none", async () => {
    const onError = vi.fn();
    const hang = (): Promise<never> => new Promise(() => {});
    const gate = gateOf({ policies: [three], cost: hang, skip: hang, identifyTimeoutMs: 10, onError });
    const entering = gate.enter(viewOf("/"));
    await clock.advance(10);
    await clock.advance(10);
    const passage = await entering;
    expect(passage.kind === "on" && passage.headers["X-RateLimit-Remaining"]).toBe("2");
    expect(onError.mock.calls.map(([error]) => String(error))).toEqual([
      "Error: skip took too long",
      "Error: cost took too long",
    ]);
  });

  it("names a refusal as it is told to, and not at all where that fails", async () => {
    const onError = vi.fn();
    const instance = vi
      .fn<(request: Plain) => string>()
      .mockReturnValueOnce("/refusals/1")
      .mockImplementationOnce(() => {
        throw new Error("no number");
      });
    const gate = gateOf({ policies: [three], cost: 3, instance, onError });
    await gate.enter(viewOf("/"));
    expect(bodyOf(await gate.enter(viewOf("/")))["instance"]).toBe("/refusals/1");
    const unnamed = bodyOf(await gate.enter(viewOf("/")));
    expect([unnamed["status"], "instance" in unnamed, onError.mock.calls.length]).toEqual([429, false, 1]);
  });

  it("survives what onlookers throw", async () => {
    const onDecision = (): never => {
      throw new Error("broken metrics");
    };
    const gate = gateOf({ policies: [three], onDecision });
    expect(await kinds(gate, [viewOf("/")])).toEqual(["on"]);
  });

  it("shares engine and identities with the routes that have options of their own", async () => {
    const gate = gateOf({ policies: [three], identify: () => ({ user: "alice" }) });
    const route = gate.with({ cost: 3 });
    expect((await route.enter(viewOf("/"))).kind).toBe("on");
    expect(await kinds(gate, [viewOf("/")])).toEqual(["answer"]);
    expect(() => gate.with({ cost: -1 })).toThrow(/^cost must be/);
  });

  it("says neither who called nor anything of the request", async () => {
    const perUser: Policy = { name: "per-user", scope: "user", windows: [{ limit: 1, per: "minute" }] };
    const identify = (): object => ({
      user: "alice@example.com",
      apiKey: "sk-very-secret",
      tenant: "acme",
      roles: ["admin"],
    });
    const gate = gateOf({ policies: [perUser], identify });
    await gate.enter(viewOf("/?token=t0ken"));
    const passage = await gate.enter(viewOf("/?token=t0ken"));
    expect(passage.kind).toBe("answer");
    for (const secret of ["alice", "secret", "acme", "admin", "t0ken", "192.0.2.1"])
      expect(JSON.stringify(passage)).not.toContain(secret);
  });

  it("does not close an engine that was handed in", async () => {
    const engine = createPolicyEngine({ policies: [three] });
    const gate = gateOf({ engine });
    await gate.close();
    expect((await engine.check({})).allowed).toBe(true);
    await engine.close();
  });
});
