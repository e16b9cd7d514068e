import { beforeEach, describe, expect, it } from "vitest";
import { tokenBucket } from "../limits/token-bucket.js";
import type { StandingCharge, StandingRequest, StandingRules } from "./standing.js";
import { StandingTable } from "./standing-table.js";

const second = 1_000_000;
const rules: StandingRules = {
  steps: [{ violations: 2, rate: 0.5 }],
  recoveryMs: 100_000,
  maxBonus: 0,
  generation: "1",
};
const limit = tokenBucket({ refillRate: 10, burst: 40 });
const first: StandingCharge = { index: 0, burst: 0, elastic: false };
const alice: StandingRequest = { subject: "alice", rules, penalty: 2, charges: [first] };
const unknown = { violations: 0, bonus: 0, rate: 1 };
const known = { violations: 2, bonus: 0, rate: 0.5 };

describe("a table of standings", () => {
  let table: StandingTable;
  const question = (standings?: readonly StandingRequest[], peek = false, scope = "a") => ({
    scope,
    charges: [
      { bucket: "one", limit, cost: 1 },
      { bucket: "two", limit, cost: 1 },
    ],
    count: 1,
    ahead: 0,
    group: 1,
    withinMs: 0,
    id: "q",
    peek,
    ...(standings && { standings }),
  });
  const see = (nowUs = 0, scope = "a", subject = "alice") => table.see(scope, subject, rules, nowUs);
  beforeEach(() => {
    table = new StandingTable();
  });

  it("notes a refusal by a charge that follows the standing, and says how it stands before and with how many violations after", () => {
    expect(table.after(question([alice]), 0, 0)).toEqual([{ ...unknown, violations: 2 }]);
    expect(see()).toEqual(known);
  });

  it("notes no refusal by another charge, and none where nobody refused", () => {
    expect(table.after(question([alice]), 1, 0)).toEqual([unknown]);
    expect(table.after(question([alice]), undefined, 0)).toEqual([unknown]);
    expect(see()).toEqual(unknown);
  });

  it("notes a refusal by any of the charges that follow", () => {
    table.after(question([{ ...alice, charges: [first, { ...first, index: 1 }] }]), 1, 0);
    expect(see()).toEqual(known);
  });

  it("changes nothing by a look", () => {
    expect(table.after(question([alice], true), 0, 0)).toEqual([unknown]);
    expect(see()).toEqual(unknown);
  });

  it("has an answer of nobody where nobody is asked about", () => {
    expect(table.after(question(), 0, 0)).toEqual([]);
    const asked = question();
    expect(table.scaled(asked, 0)).toBe(asked.charges);
  });

  it("scales the charges that follow a standing, and leaves the others", () => {
    table.after(question([alice]), 0, 0);
    const asked = question([alice]);
    expect(table.scaled(asked, 0)).toEqual([
      { bucket: "one", limit: tokenBucket({ refillRate: 5, burst: 20 }), cost: 1 },
      asked.charges[1],
    ]);
    expect(asked.charges[0]?.limit).toBe(limit);
  });

  it("passes over a charge that is not there", () => {
    table.after(question([alice]), 0, 0);
    const asked = question([{ ...alice, charges: [{ ...first, index: 2 }] }]);
    expect(table.scaled(asked, 0)).toEqual(asked.charges);
  });

  it("keeps subjects and scopes apart", () => {
    table.after(question([alice]), 0, 0);
    expect([see(0, "b"), see(0, "a", "bob"), see(0, "aa", "lice")]).toEqual([unknown, unknown, unknown]);
  });

  it("forgets one, or all", () => {
    const bob = { ...alice, subject: "bob" };
    table.after(question([alice, bob]), 0, 0);
    table.forget("a", "alice");
    expect([see(), see(0, "a", "bob")]).toEqual([unknown, known]);
    table.clear();
    expect(see(0, "a", "bob")).toEqual(unknown);
  });

  it("forgets one who has not called for the time of a recovery", () => {
    const earning = { ...rules, maxBonus: 0.5 };
    table.after(question([{ ...alice, rules: earning }]), undefined, 0);
    expect(table.see("a", "alice", earning, 100 * second - 1).bonus).toBeCloseTo(0.5);
    expect(table.see("a", "alice", earning, 100 * second).bonus).toBe(0);
  });

  it("remembers a hundred thousand; the one that has not changed for longest makes room", () => {
    const note = (subject: string): unknown => table.after(question([{ ...alice, subject }]), 0, 0);
    note("alice");
    note("bob");
    for (let other = 2; other < 100_000; other += 1) note(`${other}`);
    expect([see().violations, see(0, "a", "bob").violations]).toEqual([2, 2]);
    note("alice");
    note("one more");
    expect([see().violations, see(0, "a", "bob").violations]).toEqual([4, 0]);
    expect(see(0, "a", "2").violations).toBe(2);
  });
});
