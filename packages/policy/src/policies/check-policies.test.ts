import { describe, expect, it } from "vitest";
import { checkPolicies } from "./check-policies.js";
import type { Policy } from "./policy.js";

const least: Policy = { name: "least", scope: "user", windows: [{ limit: 10, per: "minute" }] };

describe("checkPolicies", () => {
  it("keeps the order", () => {
    const names = checkPolicies([
      { ...least, name: "b" },
      { ...least, name: "a" },
    ]).map(({ name }) => name);
    expect(names).toStrictEqual(["b", "a"]);
  });

  it("says which policy and which window is wrong", () => {
    const wrong = [
      least,
      { ...least, name: "other" },
      { ...least, name: "third", windows: [{ limit: 0, per: "minute" as const }] },
    ];
    expect(() => checkPolicies(wrong)).toThrow("policies[2].windows[0].limit must be a whole number from 1");
    expect(() => checkPolicies(wrong, "extra")).toThrow("extra[2].windows[0].limit must be");
  });

  it("refuses a name that is there twice, and says where", () => {
    expect(() => checkPolicies([least, { ...least, name: "other" }, least])).toThrow(
      'policies[2].name must be a name of its own (policies[0] has the same), got "least"',
    );
  });

  it("refuses what is no list, and a list that is too long", () => {
    expect(() => checkPolicies({} as never)).toThrow(
      "policies must be a list of at most 10000 policies, got an object",
    );
    expect(() => checkPolicies(Array.from({ length: 10_001 }, () => least))).toThrow(
      "policies must be a list of at most 10000",
    );
  });

  it("refuses what is nested too deep before it looks at it", () => {
    let deep: unknown = "end";
    for (let depth = 0; depth < 10_000; depth++) deep = { values: deep };
    expect(() => checkPolicies([{ ...least, values: deep } as unknown as Policy])).toThrow(
      "nested at most 8 levels deep",
    );
    const circular: Record<string, unknown> = { ...least };
    circular["values"] = circular;
    expect(() => checkPolicies([circular as unknown as Policy])).toThrow("nested at most 8 levels deep");
  });

  it("takes 10000 policies", () => {
    const many = Array.from({ length: 10_000 }, (_, index) => ({ ...least, name: `policy-${index}` }));
    expect(checkPolicies(many)).toHaveLength(10_000);
  });
});
