import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Identity } from "../policies/policy.js";
import { Memory } from "./memory.js";

const text = fc.constantFrom("", "a", "b", "ab", "1:a");
const identity = fc.record(
  { endpoint: text, user: text, tenant: text, ip: text, apiKey: text, roles: fc.array(text, { maxLength: 3 }) },
  { requiredKeys: [] },
) as fc.Arbitrary<Identity>;

describe("a memory by identity", () => {
  it("keeps identities apart that differ in anything, and topics", () => {
    const told = fc.array(fc.tuple(fc.constantFrom("", "x"), identity, fc.integer()), { maxLength: 60 });
    fc.assert(
      fc.property(told, (entries) => {
        const memory = new Memory<number>(1000);
        const plain = new Map<string, number>();
        for (const [topic, who, value] of entries) {
          memory.set(topic, who, value);
          plain.set(keyOf(topic, who), value);
        }
        for (const [topic, who] of entries) expect(memory.get(topic, who)).toBe(plain.get(keyOf(topic, who)));
        expect(memory.size).toBe(plain.size);
      }),
    );
  });

  it("knows nothing that it was not told", () => {
    const memory = new Memory<number>(10);
    memory.set("", { user: "a", roles: ["x", "y"] }, 1);
    expect(memory.get("", { user: "a", roles: ["x"] })).toBeUndefined();
    expect(memory.get("", { user: "a", roles: ["x", "y", "z"] })).toBeUndefined();
    expect(memory.get("", { user: "a", roles: "xy" as unknown as string[] })).toBeUndefined();
    expect(memory.get("", { ip: "a", roles: ["x", "y"] })).toBeUndefined();
    expect(memory.get("t", { user: "a", roles: ["x", "y"] })).toBeUndefined();
  });

  it("holds two generations at most, however many come", () => {
    const memory = new Memory<number>(50);
    for (let index = 0; index < 10_000; index++) {
      memory.set("", { user: `user-${index}` }, index);
      expect(memory.size).toBeLessThanOrEqual(100);
    }
  });

  it("keeps what is used again and again", () => {
    const memory = new Memory<number>(50);
    memory.set("", { user: "regular" }, 7);
    for (let index = 0; index < 1000; index++) {
      memory.set("", { user: `user-${index}` }, index);
      expect(memory.get("", { user: "regular" })).toBe(7);
    }
    expect(memory.get("", { user: "user-0" })).toBeUndefined();
  });

  it("does not keep very long identities", () => {
    const memory = new Memory<number>(50);
    memory.set("", { endpoint: "x".repeat(3000) }, 1);
    memory.set("", { roles: Array<string>(1000).fill("") }, 1);
    expect(memory.size).toBe(0);
  });
});

function keyOf(topic: string, { endpoint, user, tenant, ip, apiKey, roles = [] }: Identity): string {
  return JSON.stringify([topic, ...[endpoint, user, tenant, ip, apiKey].map((one) => one ?? null), roles]);
}
