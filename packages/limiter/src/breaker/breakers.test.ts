import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { createCall } from "@sluice/core";
import { createFakeClock } from "@sluice/core/testing";
import { expect, it } from "vitest";
import { type Breakers, breakers, type BreakersOptions } from "./breakers.js";
import { memoryBreakerStore } from "./memory-breaker-store.js";

const make = (options: Partial<BreakersOptions> = {}): Breakers =>
  breakers({
    name: "api",
    key: ({ provider, account }) => `${provider}/${account}`,
    clock: createFakeClock(),
    ...options,
  });

it("gives calls of one key one breaker, and others another", () => {
  const family = make();
  const callOf = (account: string) => createCall({ provider: "acme", account, operation: "list" });
  const main = family.of(callOf("main"));
  expect(main.name).toBe("api:acme/main");
  expect(family.of(callOf("main"))).toBe(main);
  expect(family.withKey("acme/main")).toBe(main);
  expect(family.of(callOf("side"))).not.toBe(main);
  expect(family.size).toBe(2);
});

it("is bounded: the closed one unused for longest makes room", async () => {
  const family = make({ maxBreakers: 3 });
  const [a, b] = [family.withKey("a"), family.withKey("b"), family.withKey("c")];
  expect(family.withKey("a")).toBe(a);
  family.withKey("d");
  expect(family.size).toBe(3);
  expect(family.withKey("a")).toBe(a);
  expect(family.withKey("b")).not.toBe(b);
  await expect(b?.run(async () => "answer")).rejects.toMatchObject({ code: "LIMITER_CLOSED" });
});

it("an open one is never forgotten: while all are open, newcomers share one", async () => {
  const family = make({ maxBreakers: 2 });
  await family.withKey("a").force("isolated");
  await family.withKey("b").force("open");
  const shared = family.withKey("c");
  expect(shared.name).toBe("api:other");
  expect(family.withKey("d")).toBe(shared);
  expect(family.size).toBe(2);
  await family.withKey("b").reset();
  expect(family.withKey("c").name).toBe("api:c");
  expect(family.withKey("a").state()).toBe("isolated");
});

it("a hundred thousand keys take no more room than allowed, in the family and in its store", async () => {
  const clock = createFakeClock();
  const store = memoryBreakerStore({ clock });
  const family = make({ clock, store, maxBreakers: 100 });
  for (let n = 0; n < 100_000; n += 1) family.withKey(`k${n}`);
  for (let n = 0; n < 1000; n += 1) await family.withKey(`k${n}`).run(async () => "answer");
  expect(family.size).toBe(100);
  expect(store.size).toBeLessThanOrEqual(1000);
  await family.close();
  expect(clock.pending).toBe(0);
}, 60_000);

it("those that made room hold no memory, even while the one who asks for many never waits", async () => {
  const family = make({ maxBreakers: 100 });
  const before = heapBytes();
  for (let n = 0; n < 10_000; n += 1) family.withKey(`k${n}`);
  expect((heapBytes() - before) / 10_000).toBeLessThan(1000);
  await family.close();
});

it("no key of one family names a breaker of another", () => {
  const names = [
    ["a", "b:c"],
    ["a:b", "c"],
    ["a%3Ab", "c"],
    ["a%3Ab:c", ""],
  ].map(([name, key]) => make({ name: name as string }).withKey(key as string).name);
  expect(new Set(names).size).toBe(names.length);
});

it("close shuts all of them down, the shared one too, and a family that goes on begins with new ones", async () => {
  const family = make({ maxBreakers: 1 });
  const a = family.withKey("a");
  await a.force("isolated");
  const shared = family.withKey("b");
  await family.close();
  expect(family.size).toBe(0);
  for (const one of [a, shared])
    await expect(one.run(async () => "answer")).rejects.toMatchObject({ code: "LIMITER_CLOSED" });
  expect(await family.withKey("b").run(async () => "answer")).toBe("answer");
});

it("families without a store of their own have one each", async () => {
  const [one, two] = [make(), make()];
  await one.withKey("a").force("isolated");
  expect((await two.withKey("a").refresh()).state).toBe("closed");
});

it.each([
  [{ key: 5 as never }, "key"],
  [{ maxBreakers: 0 }, "maxBreakers"],
  [{ maxBreakers: 1.5 }, "maxBreakers"],
  [{ name: "" }, "name"],
  [{ openMs: -1 }, "openMs"],
])("refuses %o by name, before any breaker is made", (options, option) => {
  expect(() => make(options)).toThrow(expect.objectContaining({ code: "CONFIG_INVALID", option }));
});

/** The heap after what nobody needs is collected. */
function heapBytes(): number {
  setFlagsFromString("--expose-gc");
  (runInNewContext("gc") as () => void)();
  return process.memoryUsage().heapUsed;
}
