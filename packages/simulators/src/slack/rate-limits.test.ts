import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { manualClock } from "../clock.js";
import { bench, countAccepted } from "./simulator.test-support.js";

describe("a refusal", () => {
  it("is a 429 with whole seconds to wait and the provider's body", async () => {
    const clock = manualClock();
    const { client, post, simulator } = await bench({ clock });
    await countAccepted(20, () => client.users.list({}));
    clock.advance(500);
    const refused = await post("users.list", "token=xoxb-1");
    expect(refused.status).toBe(429);
    expect(refused.headers.get("retry-after")).toBe("60");
    expect(await refused.json()).toEqual({ ok: false, error: "ratelimited" });
    expect(simulator.ledger.entries().at(-1)).toMatchObject({ status: 429, accepted: false, retryAfterSeconds: 60 });
  });

  it("reaches the official client as its own error, with the seconds in it", async () => {
    const clock = manualClock();
    const { client } = await bench({ clock, limits: { "users.list": 1 } });
    await client.users.list({});
    clock.advance(57_400);
    await expect(client.users.list({})).rejects.toMatchObject({
      code: "slack_webapi_rate_limited_error",
      retryAfter: 3,
    });
  });

  it("asks for at least one second", async () => {
    const clock = manualClock();
    const { client } = await bench({ clock, limits: { "users.list": 1 } });
    await client.users.list({});
    clock.advance(59_999);
    await expect(client.users.list({})).rejects.toMatchObject({ retryAfter: 1 });
  });

  it("leaves the state alone", async () => {
    const { client, simulator } = await bench({ clock: manualClock(), limits: { "usergroups.create": 1 } });
    await client.usergroups.create({ name: "one" });
    await expect(client.usergroups.create({ name: "two" })).rejects.toThrow();
    expect(simulator.state.workspace().usergroups.size).toBe(1);
  });
});

describe("window enforcement", () => {
  it("is the default and lets the published number through in a minute, and again when they have aged a minute", async () => {
    const clock = manualClock();
    const { client } = await bench({ clock });
    const list = () => client.users.list({});
    expect(await countAccepted(10, list)).toBe(10);
    clock.advance(30_000);
    expect(await countAccepted(30, list)).toBe(10);
    clock.advance(29_999);
    expect(await countAccepted(5, list)).toBe(0);
    clock.advance(1);
    expect(await countAccepted(15, list)).toBe(10);
    clock.advance(30_000);
    expect(await countAccepted(15, list)).toBe(10);
  });

  it("never lets any minute hold more than the published number, however requests arrive", async () => {
    const pauses = fc.array(fc.oneof(fc.nat(300), fc.nat(30_000)), { minLength: 10, maxLength: 60 });
    const clock = manualClock();
    const { post, simulator } = await bench({ clock, limits: { "users.info": 3 } });
    await fc.assert(
      fc.asyncProperty(pauses, async (gaps) => {
        for (const gapMs of gaps) {
          clock.advance(gapMs);
          await post("users.info", "token=xoxb-1&user=U0000001");
        }
        expect(simulator.ledger.maxInWindow("users.info", 60_000)).toBeLessThanOrEqual(3);
      }),
      { numRuns: 10 },
    );
    expect(simulator.ledger.maxInWindow("users.info", 60_000)).toBe(3);
    expect(simulator.ledger.throttled().length).toBeGreaterThan(0);
  });
});

describe("token-bucket enforcement", () => {
  it("allows the burst at once and refills at the published rate", async () => {
    const clock = manualClock();
    const { client } = await bench({ clock, enforcement: "token-bucket", burst: { tokens: 4 } });
    const list = () => client.users.list({});
    expect(await countAccepted(10, list)).toBe(4);
    clock.advance(2_999);
    await expect(list()).rejects.toMatchObject({ retryAfter: 1 });
    clock.advance(1);
    expect(await countAccepted(3, list)).toBe(1);
    clock.advance(60_000);
    expect(await countAccepted(10, list)).toBe(4);
  });

  it("has buckets of the whole number by default, or of a share of it", async () => {
    const whole = await bench({ clock: manualClock(), enforcement: "token-bucket" });
    expect(await countAccepted(25, () => whole.client.users.list({}))).toBe(20);
    const half = await bench({ clock: manualClock(), enforcement: "token-bucket", burst: { share: 0.5 } });
    expect(await countAccepted(25, () => half.client.users.list({}))).toBe(10);
  });
});

describe("limits", () => {
  it("count each method, workspace and app on its own", async () => {
    const { clientFor } = await bench({
      clock: manualClock(),
      limits: { "users.list": 2, "users.info": 2 },
      tokens: {
        "xoxb-1": { team: "acme", app: "one" },
        "xoxp-1": { team: "acme", app: "one" },
        "xoxb-2": { team: "acme", app: "two" },
        "xoxb-3": { team: "globex", app: "one" },
      },
    });
    const list = (token: string) => () => clientFor(token).users.list({});
    expect(await countAccepted(1, list("xoxb-1"))).toBe(1);
    expect(await countAccepted(2, list("xoxp-1"))).toBe(1);
    expect(await countAccepted(3, list("xoxb-2"))).toBe(2);
    expect(await countAccepted(3, list("xoxb-3"))).toBe(2);
    expect(await countAccepted(3, () => clientFor("xoxb-1").users.info({ user: "U0000001" }))).toBe(2);
  });

  it("count all apps of a workspace together where the figure is published per workspace", async () => {
    const { clientFor } = await bench({
      clock: manualClock(),
      tokens: { "xoxb-1": { team: "acme", app: "one" }, "xoxb-2": { team: "acme", app: "two" } },
    });
    const search = (token: string) => () => clientFor(token).apiCall("assistant.search.context");
    expect(await countAccepted(6, search("xoxb-1"))).toBe(6);
    expect(await countAccepted(6, search("xoxb-2"))).toBe(4);
  });

  it("count posts per channel, however the channel is named", async () => {
    const { client, simulator } = await bench({ clock: manualClock() });
    const post = (channel: string) => () => client.chat.postMessage({ channel, text: "x" });
    expect(await countAccepted(40, post("C0000001"))).toBe(40);
    expect(await countAccepted(40, post("#general"))).toBe(20);
    expect(await countAccepted(3, post("C0000002"))).toBe(3);
    expect(await countAccepted(40, post("U0000001"))).toBe(40);
    expect(await countAccepted(40, post("D0000001"))).toBe(20);
    expect(simulator.ledger.maxInWindow("chat.postMessage", 60_000, { channel: "C0000001" })).toBe(60);
  });

  it("count failed calls too, but not those without a good token", async () => {
    const { client, post } = await bench({ clock: manualClock(), limits: { "users.info": 2 } });
    for (let turn = 0; turn < 5; turn += 1) await post("users.info", "token=bad");
    for (let turn = 0; turn < 2; turn += 1) await post("users.info", "token=xoxb-1&user=U9");
    expect(await countAccepted(2, () => client.users.info({ user: "U0000001" }))).toBe(0);
  });

  it("are 60 per minute where none is published, unless told otherwise", async () => {
    const plain = await bench({ clock: manualClock() });
    expect(await countAccepted(70, () => plain.client.auth.test())).toBe(60);
    const other = await bench({ clock: manualClock(), defaultPerMinute: 5 });
    expect(await countAccepted(10, () => other.client.auth.test())).toBe(5);
  });

  it("can be switched off", async () => {
    const { client, simulator } = await bench({ clock: manualClock(), enforce: false });
    expect(await countAccepted(30, () => client.users.list({}))).toBe(30);
    expect(simulator.ledger.maxInWindow("users.list", 60_000)).toBe(30);
  });

  it("hold for tokenless methods as well", async () => {
    const { clientFor } = await bench({ clock: manualClock(), limits: { "api.test": 2 } });
    expect(await countAccepted(3, () => clientFor(undefined).api.test())).toBe(2);
  });
});

describe("speed", () => {
  it("lets a published minute pass in a real second at 60, and tells real seconds to wait", async () => {
    const clock = manualClock();
    const { client, simulator } = await bench({ clock, speed: 60 });
    const list = () => client.users.list({});
    await countAccepted(20, list);
    await expect(list()).rejects.toMatchObject({ retryAfter: 1 });
    clock.advance(999);
    expect(await countAccepted(1, list)).toBe(0);
    clock.advance(1);
    expect(await countAccepted(30, list)).toBe(20);
    expect(simulator.ledger.entries().at(-1)?.atMs).toBe(60_000);
  });

  it("shortens the wait it asks for", async () => {
    const { client } = await bench({ clock: manualClock(), speed: 10, limits: { "users.list": 1 } });
    await client.users.list({});
    await expect(client.users.list({})).rejects.toMatchObject({ retryAfter: 6 });
  });

  it("brings the official client's own waiting and retrying down to a second", async () => {
    const clock = manualClock();
    const { clientFor, simulator } = await bench({ clock, speed: 60, limits: { "users.list": 1 } });
    const patient = clientFor("xoxb-1", { rejectRateLimitedCalls: false, retryConfig: { retries: 2, minTimeout: 1 } });
    await patient.users.list({});
    const again = patient.users.list({});
    await expect.poll(() => simulator.ledger.throttled().length, { timeout: 10_000 }).toBe(1);
    clock.advance(1_000);
    await again;
    expect(simulator.ledger.throttled()).toMatchObject([{ retryAfterSeconds: 1 }]);
    expect(simulator.ledger.entries().map(({ status }) => status)).toEqual([200, 429, 200]);
  });

  it("must be above zero", async () => {
    await expect(bench({ speed: 0 })).rejects.toThrow("speed must be a number > 0, got 0");
  });
});

describe("a stranger", () => {
  it("leaves less of every limit, until it leaves", async () => {
    const clock = manualClock();
    const { client, simulator } = await bench({ clock, stranger: { share: 0.3 } });
    const list = () => client.users.list({});
    expect(await countAccepted(25, list)).toBe(14);
    simulator.stranger.leave();
    clock.advance(60_000);
    expect(await countAccepted(25, list)).toBe(20);
    simulator.stranger.join(0.5);
    clock.advance(60_000);
    expect(await countAccepted(25, list)).toBe(10);
  });

  it("touches only its methods and never shows in the ledger", async () => {
    const { client, simulator } = await bench({
      clock: manualClock(),
      stranger: { share: 0.5, methods: ["users.list"] },
    });
    expect(await countAccepted(25, () => client.users.list({}))).toBe(10);
    expect(await countAccepted(25, () => client.conversations.list({}))).toBe(20);
    expect(simulator.ledger.count({ accepted: true })).toBe(30);
  });

  it("may join a simulator that started without one", async () => {
    const clock = manualClock();
    const { client, simulator } = await bench({ clock });
    expect(simulator.stranger.present()).toBe(false);
    simulator.stranger.join(0.5);
    clock.advance(60_000);
    expect(await countAccepted(25, () => client.users.list({}))).toBe(10);
  });
});
