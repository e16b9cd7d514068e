import { createFakeClock } from "@sluice/core/testing";
import { expect, it } from "vitest";
import { breakerContract } from "../testing/breaker-contract.js";
import { memoryBreakerStore, type MemoryBreakerStore } from "./memory-breaker-store.js";
import { nothingCounted } from "./outage.js";
import { resolveRules } from "./rules.js";

let store: MemoryBreakerStore;
breakerContract("the memory store", {
  open: () => (store = memoryBreakerStore()),
  openAgain: () => ({ ...store, close: async () => {} }),
});

const rules = resolveRules({});
const oneFailure = { ...nothingCounted(0), failed: 1, rowAgesMs: [0] };

it("keeps nothing of breakers that nothing has happened to", () => {
  const own = memoryBreakerStore();
  for (let n = 0; n < 1000; n += 1) own.report(`b${n}`, rules, nothingCounted(0));
  expect(own.size).toBe(0);
});

it("is bounded: what is old or closed makes room, and a new breaker is refused rather than an open one forgotten", async () => {
  const clock = createFakeClock();
  const own = memoryBreakerStore({ clock, maxBreakers: 3 });
  for (const name of ["a", "b", "c"]) own.report(name, rules, oneFailure);
  expect(() => own.report("d", rules, oneFailure)).toThrow(expect.objectContaining({ code: "STORE_UNAVAILABLE" }));
  await clock.advance(3_600_000);
  own.report("d", rules, oneFailure);
  expect(own.size).toBe(1);
  own.force("a", rules, { to: "isolated", forMs: undefined, reason: "forced" });
  own.force("b", rules, { to: "open", forMs: undefined, reason: "forced" });
  own.force("d", rules, { to: "closed", forMs: undefined, reason: "reset" });
  own.report("e", rules, oneFailure);
  expect(own.size).toBe(3);
  expect(() => own.report("f", rules, oneFailure)).toThrow("maxBreakers (now 3)");
  expect(own.report("a", rules, nothingCounted(0)).state).toBe("isolated");
});

it.each([0, -1, 1.5, Number.NaN, "5"])("refuses room for %s breakers", (maxBreakers) => {
  expect(() => memoryBreakerStore({ maxBreakers: maxBreakers as number })).toThrow(
    expect.objectContaining({ code: "CONFIG_INVALID", option: "maxBreakers" }),
  );
});
