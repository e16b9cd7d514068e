import { createPolicyEngine, type Policy, type PolicyDecision } from "@sluice/policy";
import { describe, expect, it } from "vitest";
import { rateLimitHeaders } from "./rate-limit-headers.js";

const wallMs = 1_800_000_000_000;
const ten: Policy = { name: "ten", scope: "user", windows: [{ limit: 10, per: "minute", burst: 5 }] };

async function decided(given: Partial<PolicyDecision> = {}): Promise<PolicyDecision> {
  const engine = createPolicyEngine({ policies: [ten] });
  const decision = await engine.check({ user: "alice" });
  await engine.close();
  return { ...decision, ...given };
}

const seen = (decision: PolicyDecision): unknown[] => {
  const fields = rateLimitHeaders(decision, "both", "seconds", wallMs);
  return [fields["RateLimit"], fields["X-RateLimit-Remaining"], fields["X-RateLimit-Reset"]];
};

describe("the fields that say what is left", () => {
  it("round what is left down, and times up", async () => {
    expect(seen(await decided({ remaining: 13.9, resetAfterMs: 6001 }))).toEqual(['"ten";r=13;t=7', "13", "7"]);
    expect(seen(await decided({ allowed: false, remaining: 0, retryAfterMs: 1 }))).toEqual(['"ten";r=0;t=1', "0", "1"]);
  });

  it("say a window where no wait helps", async () => {
    const never = await decided({ allowed: false, remaining: 0, retryAfterMs: Number.POSITIVE_INFINITY });
    expect(seen(never)).toEqual(['"ten";r=0;t=60', "0", "60"]);
  });

  it("say when what is missing is there again at the latest, where tokens were drawn in advance", async () => {
    expect(seen(await decided({ remaining: 3, resetAfterMs: 0 }))).toEqual(['"ten";r=3;t=72', "3", "72"]);
    expect(seen(await decided({ remaining: 15, resetAfterMs: 0 }))).toEqual(['"ten";r=15;t=0', "15", "0"]);
  });

  it("say when the window is whole again that they name, whatever others there are, and later for a lowered rate", async () => {
    const decision = await decided({ remaining: 3, resetAfterMs: 86_400_000 });
    expect(seen(decision)).toEqual(['"ten";r=3;t=90', "3", "90"]);
    const reputation = { score: 0, rate: 0.5, violations: 10 } as PolicyDecision["reputation"];
    expect(seen({ ...decision, reputation })).toEqual(['"ten";r=3;t=180', "3", "180"]);
  });

  it("are those of each policy, also where policies share a window", async () => {
    const decision = await decided();
    const policyOf = (policy: string): unknown =>
      rateLimitHeaders({ ...decision, policy }, "draft", "date", wallMs)["RateLimit-Policy"];
    expect(["a", "b", "a"].map(policyOf)).toEqual(["a", "b", "a"].map((name) => `"${name}";q=10;w=60;burst=5`));
  });

  it("are none where no policy applied", async () => {
    expect(rateLimitHeaders(await decided({ policy: undefined }), "both", "date", wallMs)).toEqual({});
    expect(rateLimitHeaders(await decided(), false, "date", wallMs)).toEqual({});
  });
});
