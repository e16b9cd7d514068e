import { describe, expect, it } from "vitest";
import { type Circuit, force, keptUntil, newCircuit, probe, report, settle, tune, view } from "./circuit.js";
import { type BreakerRuleOptions, resolveRules } from "./rules.js";
import type { BreakerCounts, Force, ProbeEnd } from "./store.js";

const SECOND = 1_000_000;
const DAY = 86_400 * SECOND;
const NOW = 10 * SECOND;
const rules = resolveRules({ openMs: 1000, maxOpenMs: 4000, probeLeaseMs: 500, probes: 2 });

const failures = (more: Partial<BreakerCounts> = {}): BreakerCounts => ({
  version: Number.MAX_SAFE_INTEGER,
  succeeded: 0,
  lastSuccessAgeMs: 0,
  failed: 5,
  lastFailureAgeMs: 0,
  rowAgesMs: [0, 0, 0, 0, 0],
  ...more,
});
const opened = (): Circuit => {
  const circuit = newCircuit();
  report(circuit, rules, failures(), NOW);
  return circuit;
};
const forced = (to: Force["to"], forMs?: number): Circuit => {
  const circuit = newCircuit();
  force(circuit, rules, { to, forMs, reason: "forced" }, NOW);
  return circuit;
};
const end = (id: string, outcome: ProbeEnd["outcome"], version = NOW): ProbeEnd => ({ id, version, outcome });

describe("a circuit", () => {
  it("is closed at first", () => {
    expect(view(newCircuit(), rules, NOW)).toEqual({ state: "closed", version: 0, reason: "forgotten", leftMs: 0 });
  });

  it("opens for its open time when there are too many failures", () => {
    const circuit = opened();
    const open = { state: "open", version: NOW, reason: "consecutive-failures" };
    expect(view(circuit, rules, NOW)).toEqual({ ...open, leftMs: 1000 });
    expect(view(circuit, rules, 11 * SECOND - 1)).toEqual({ ...open, leftMs: 0.001 });
    expect(view(circuit, rules, 11 * SECOND)).toEqual({ ...open, state: "half-open", leftMs: 0 });
  });

  it("takes no report while open, nor one from before its last change", () => {
    const circuit = opened();
    report(circuit, rules, failures(), NOW + 5);
    expect(circuit.version).toBe(NOW);
    force(circuit, rules, { to: "closed", forMs: undefined, reason: "reset" }, NOW + 5);
    report(circuit, rules, failures({ version: NOW + 4 }), NOW + 6);
    expect(circuit.kind).toBe("closed");
    report(circuit, rules, failures({ version: NOW + 5 }), NOW + 6);
    expect(circuit.kind).toBe("open");
  });

  it("has a version that only grows, whatever the clock does", () => {
    const circuit = opened();
    force(circuit, rules, { to: "closed", forMs: undefined, reason: "reset" }, 3);
    expect(circuit.version).toBe(NOW + 1);
  });

  it("stays open no longer by a clock that was set back", () => {
    const circuit = opened();
    tune(circuit, rules, 2 * SECOND);
    expect(view(circuit, rules, 2 * SECOND)).toMatchObject({ state: "open", leftMs: 1000 });
  });
});

describe("half-open", () => {
  it("lets so many probes through at once, and nobody before", () => {
    const circuit = opened();
    expect(probe(newCircuit(), rules, "a", NOW)).toBe(false);
    expect(probe(circuit, rules, "a", 11 * SECOND - 1)).toBe(false);
    expect(["a", "b", "c"].map((id) => probe(circuit, rules, id, 11 * SECOND))).toEqual([true, true, false]);
    expect(view(circuit, rules, 11.2 * SECOND)).toMatchObject({ state: "half-open", leftMs: 300 });
  });

  it("tells when the first of its leases ends", () => {
    const circuit = opened();
    probe(circuit, rules, "a", 11.1 * SECOND);
    probe(circuit, rules, "b", 11.2 * SECOND);
    expect(view(circuit, rules, 11.3 * SECOND).leftMs).toBe(300);
  });

  it("has a place again when a lease ends, which a clock that was set back does not put off", () => {
    const circuit = opened();
    for (const id of ["a", "b"]) probe(circuit, rules, id, 11 * SECOND);
    tune(circuit, rules, 11.5 * SECOND - 1);
    expect(circuit.leases.size).toBe(2);
    tune(circuit, rules, 11.5 * SECOND);
    expect(circuit.leases.size).toBe(0);
    probe(circuit, rules, "c", 12 * SECOND);
    tune(circuit, rules, 2 * SECOND);
    expect(circuit.leases.get("c")).toBe(2.5 * SECOND);
    tune(circuit, rules, 2.1 * SECOND);
    expect(circuit.leases.get("c")).toBe(2.5 * SECOND);
  });

  it("closes when all probes have succeeded, and lets no more through than may", () => {
    const circuit = opened();
    for (const id of ["a", "b"]) probe(circuit, rules, id, 11 * SECOND);
    expect(settle(circuit, rules, end("a", "success"), 11 * SECOND)).toBe(true);
    expect(circuit.kind).toBe("open");
    expect(probe(circuit, rules, "c", 11 * SECOND)).toBe(false);
    expect(settle(circuit, rules, end("b", "success"), 12 * SECOND)).toBe(true);
    expect(view(circuit, rules, 12 * SECOND)).toEqual({
      state: "closed",
      version: 12 * SECOND,
      reason: "probe-succeeded",
      leftMs: 0,
    });
    expect(settle(circuit, rules, end("b", "success"), 12 * SECOND)).toBe(false);
  });

  it("opens again at the first failure, for twice as long each time, up to the longest", () => {
    const circuit = opened();
    let nowUs = 11 * SECOND;
    const lasted: number[] = [];
    for (let n = 0; n < 4; n += 1) {
      probe(circuit, rules, "a", nowUs);
      expect(settle(circuit, rules, end("a", "failure", circuit.version), nowUs)).toBe(true);
      const { leftMs, reason } = view(circuit, rules, nowUs);
      expect(reason).toBe("probe-failed");
      lasted.push(leftMs);
      nowUs += leftMs * 1000;
    }
    expect(lasted).toEqual([2000, 4000, 4000, 4000]);
  });

  it("begins with the shortest time again after it was closed", () => {
    const circuit = opened();
    settle(circuit, rules, end("a", "failure"), 11 * SECOND);
    force(circuit, rules, { to: "closed", forMs: undefined, reason: "reset" }, 12 * SECOND);
    report(circuit, rules, failures(), 12 * SECOND);
    expect(view(circuit, rules, 12 * SECOND)).toMatchObject({ state: "open", leftMs: 1000 });
  });

  it("gives the place of an undecided probe to another, and tells that only if there was one", () => {
    const circuit = opened();
    for (const id of ["a", "b"]) probe(circuit, rules, id, 11 * SECOND);
    expect(settle(circuit, rules, end("a", "undecided"), 11 * SECOND)).toBe(true);
    expect(settle(circuit, rules, end("a", "undecided"), 11 * SECOND)).toBe(false);
    expect(probe(circuit, rules, "c", 11 * SECOND)).toBe(true);
  });

  it("learns nothing from a probe of before its last change, but frees its place", () => {
    const circuit = opened();
    for (const id of ["a", "b"]) probe(circuit, rules, id, 11 * SECOND);
    settle(circuit, rules, end("a", "failure"), 11 * SECOND);
    expect(settle(circuit, rules, end("b", "success"), 12 * SECOND)).toBe(false);
    expect([circuit.passed, circuit.leases.size]).toEqual([0, 0]);
  });

  it("believes a probe whose lease has ended", () => {
    const circuit = opened();
    probe(circuit, rules, "a", 11 * SECOND);
    tune(circuit, rules, 20 * SECOND);
    expect(settle(circuit, rules, end("a", "failure"), 20 * SECOND)).toBe(true);
    expect(circuit.reason).toBe("probe-failed");
  });
});

describe("a circuit that is forced", () => {
  it("open is so for its open time, or as long as was said", () => {
    expect(view(forced("open"), rules, NOW)).toMatchObject({ state: "open", reason: "forced", leftMs: 1000 });
    expect(view(forced("open", 70_000), rules, NOW).leftMs).toBe(70_000);
  });

  it("isolated is so for ever, or as long as was said", () => {
    expect(view(forced("isolated"), rules, NOW)).toMatchObject({
      state: "isolated",
      leftMs: Number.POSITIVE_INFINITY,
    });
    const circuit = forced("isolated", 5);
    expect(view(circuit, rules, NOW).leftMs).toBe(5);
    expect(view(circuit, rules, NOW + 5000).state).toBe("half-open");
  });

  it("closed for a time does not open before it is over", () => {
    const circuit = forced("closed", 500);
    tune(circuit, rules, NOW + 499_999);
    report(circuit, rules, failures(), NOW + 499_999);
    expect(circuit.kind).toBe("closed");
    tune(circuit, rules, NOW + 500_000);
    report(circuit, rules, failures(), NOW + 500_000);
    expect(circuit.kind).toBe("open");
  });
});

describe("a circuit may be forgotten", () => {
  const kept = (circuit: Circuit, more: BreakerRuleOptions = {}): number =>
    keptUntil(circuit, resolveRules({ ...rules, ...more }), NOW);

  it("at once when nothing was counted", () => {
    expect(kept(newCircuit())).toBe(0);
  });

  it("when its window is over, or its row an hour old", () => {
    const circuit = newCircuit();
    const one = failures({ failed: 1, rowAgesMs: [0] });
    report(circuit, rules, one, NOW);
    expect(kept(circuit)).toBe(NOW + 3600 * SECOND);
    const rate = resolveRules({ ...rules, consecutiveFailures: Number.POSITIVE_INFINITY });
    const rated = newCircuit();
    report(rated, rate, one, NOW);
    expect(kept(rated, { windowMs: 7000 })).toBe(NOW + 7 * SECOND);
  });

  it("a day after its last change, and after what that holds is over", () => {
    expect(kept(opened())).toBe(11 * SECOND + DAY);
    expect(kept(forced("closed"))).toBe(NOW + DAY);
    const ahead = forced("closed");
    ahead.version = NOW + 5;
    expect(kept(ahead)).toBe(NOW + DAY);
  });

  it("thirty days after an endless isolation was last asked about", () => {
    expect(kept(forced("isolated"))).toBe(NOW + 30 * DAY);
    expect(kept(forced("isolated", 1000))).toBe(11 * SECOND + DAY);
  });
});
