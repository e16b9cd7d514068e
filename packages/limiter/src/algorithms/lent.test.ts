import { describe, expect, it } from "vitest";
import { Lent } from "./lent.js";

/** Two tokens lent to `a` until 100, three to `b` until 200. */
function twoLoans(): Lent {
  const lent = new Lent();
  lent.lend("a", 2, 100, 0);
  lent.lend("b", 3, 200, 0);
  return lent;
}

describe("tokens drawn in advance", () => {
  it("are none at first, and then those of all holders", () => {
    expect(new Lent()).toMatchObject({ total: 0, endsUs: 0 });
    expect(twoLoans().total).toBe(5);
    expect(twoLoans().out(0)).toBe(5);
  });

  it("are counted without those of the holder who asks", () => {
    expect(twoLoans().out(0, "a")).toBe(3);
    expect(twoLoans().out(0, "b")).toBe(2);
    expect(twoLoans().out(0, "stranger")).toBe(5);
  });

  it("are out until the loan ends, and not at its end", () => {
    expect(twoLoans().out(99)).toBe(5);
    expect(twoLoans().out(100)).toBe(3);
    expect(twoLoans().out(200)).toBe(0);
  });

  it("end with the last loan, whichever was made last", () => {
    const lent = twoLoans();
    expect(lent.endsUs).toBe(200);
    lent.lend("c", 1, 150, 0);
    expect(lent.endsUs).toBe(200);
  });

  it("are what the holder said last", () => {
    const lent = twoLoans();
    lent.lend("a", 1, 120, 50);
    expect(lent.total).toBe(4);
    expect(lent.out(110)).toBe(4);
  });

  it("are over with a loan of nothing", () => {
    const lent = twoLoans();
    lent.lend("b", 0, 900, 50);
    expect(lent).toMatchObject({ total: 2, endsUs: 100 });
  });

  it("are forgotten once their loan has ended, when another is made or accounts are settled", () => {
    const lent = twoLoans();
    lent.settle(99);
    expect(lent.total).toBe(5);
    lent.settle(100);
    expect(lent.total).toBe(3);
    lent.lend("c", 1, 900, 199);
    expect(lent.total).toBe(4);
    lent.lend("d", 1, 900, 200);
    expect(lent.total).toBe(2);
  });

  it("are the same in a copy, which then goes its own way", () => {
    const lent = twoLoans();
    const copy = lent.clone();
    copy.lend("c", 7, 300, 0);
    expect(copy.total).toBe(12);
    expect(lent).toMatchObject({ total: 5, endsUs: 200 });
  });
});
