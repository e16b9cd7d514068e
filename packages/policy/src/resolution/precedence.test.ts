import fc from "fast-check";
import { expect, it } from "vitest";
import { parseEndpoint } from "../patterns/endpoint.js";
import { matchesEndpoint, parseEndpointPattern } from "../patterns/endpoint-pattern.js";
import { inNetwork, parseNetwork } from "../patterns/network.js";
import { checkPolicies } from "../policies/check-policies.js";
import { type Identity, type NormalPolicy, type Policy, type Scope, scopes } from "../policies/policy.js";
import { createResolver } from "./create-resolver.js";

const values: Readonly<Record<Exclude<Scope, "global" | "apiKey">, readonly string[]>> = {
  endpoint: ["GET /a", "/a", "/a/*", "/a/:x", "/**", "GET *", "/a/b*", "/**/c", "*"],
  user: ["ann", "an*", "a*", "*", "bob"],
  role: ["admin", "ad*", "member"],
  tenant: ["t1", "t*"],
  ip: ["10.0.0.1", "10.0.0.0/8", "10.0.0.0/24", "0.0.0.0/0", "*", "::1"],
};
const policy = fc
  .constantFrom(...(Object.keys(values) as (keyof typeof values)[]), "global" as const)
  .chain((scope) => {
    const some =
      scope === "global"
        ? fc.constant(undefined)
        : fc.option(fc.subarray([...values[scope]], { minLength: 1 }), { nil: undefined });
    return fc.record({
      scope: fc.constant(scope),
      values: some,
      per: fc.constantFrom<Policy["per"] & {}>([], "user", "ip", "caller", "role"),
      priority: fc.constantFrom(-1, 0, 0, 0, 1),
      together: fc.boolean(),
      mode: fc.constantFrom("enforce", "enforce", "shadow", "disabled"),
      except: fc.constantFrom(undefined, undefined, { role: "admin" }, { ip: "10.0.0.0/24", user: "bob" }),
    });
  });
const policies = fc
  .array(policy, { maxLength: 12 })
  .map((some) =>
    checkPolicies(
      some.map((one, index) => ({ ...one, name: `p${index}`, windows: [{ limit: 1, per: "hour" }] }) as Policy),
    ),
  );
const identity = fc.record(
  {
    endpoint: fc.constantFrom("GET /a", "/a/", "POST /a/b", "GET /a/bc?x", "GET /x/c", "op.name"),
    user: fc.constantFrom("ann", "anders", "bob", "zoe"),
    roles: fc.subarray(["member", "admin", "adept"]),
    tenant: fc.constantFrom("t1", "t2", "other"),
    ip: fc.constantFrom("10.0.0.1", "10.0.0.2", "10.9.9.9", "11.1.1.1", "::1", "::ffff:10.0.0.1", "nowhere"),
  },
  { requiredKeys: [], noNullPrototype: true },
) as fc.Arbitrary<Identity>;

it("finds what a look at every policy finds", () => {
  fc.assert(
    fc.property(policies, identity, (all, who) => {
      const found = createResolver(all)
        .resolve(who)
        .map(({ policy: { name } }) => name);
      expect(found).toStrictEqual(plainly(all, who));
    }),
    { numRuns: 3000 },
  );
});

it("does not depend on the order of the policies, nor on that of the roles", () => {
  fc.assert(
    fc.property(policies, identity, (all, who) => {
      const turned = { ...who, ...(who.roles === undefined ? {} : { roles: who.roles.toReversed() }) };
      expect(createResolver(all.toReversed()).resolve(turned)).toStrictEqual(createResolver(all).resolve(who));
    }),
  );
});

it("lets at most one policy decide that does not hold together with others, and one look on", () => {
  fc.assert(
    fc.property(policies, identity, (all, who) => {
      const alone = createResolver(all)
        .resolve(who)
        .filter(({ policy: { together } }) => !together);
      expect(alone.filter(({ policy: { mode } }) => mode === "enforce").length).toBeLessThanOrEqual(1);
      expect(alone.filter(({ policy: { mode } }) => mode === "shadow").length).toBeLessThanOrEqual(1);
    }),
  );
});

it("enforces the same policies with and without those that look on", () => {
  fc.assert(
    fc.property(policies, identity, (all, who) => {
      const enforced = (some: readonly NormalPolicy[]) =>
        createResolver(some)
          .resolve(who)
          .filter(({ policy: { mode } }) => mode === "enforce");
      expect(enforced(all)).toStrictEqual(enforced(all.filter(({ mode }) => mode === "enforce")));
    }),
  );
});

/** The rules as they are told, without an index. */
function plainly(all: readonly NormalPolicy[], who: Identity): string[] {
  const fitting = all
    .filter((one) => one.mode !== "disabled" && !isSpared(one, who) && isKnown(one, who))
    .map((one) => ({ one, narrow: narrownessOf(one, who) }))
    .filter(({ narrow }) => narrow >= 0)
    .toSorted(
      (a, b) =>
        scopes.indexOf(a.one.scope) - scopes.indexOf(b.one.scope) ||
        b.one.priority - a.one.priority ||
        b.narrow - a.narrow ||
        (a.one.name < b.one.name ? -1 : 1),
    )
    .map(({ one }) => one);
  const first = fitting.find(({ together }) => !together);
  const decides = fitting.find(({ together, mode }) => !together && mode === "enforce");
  const holding = fitting.filter((one) => one.together || one === decides || (one === first && one.mode === "shadow"));
  return [...holding.filter(({ mode }) => mode === "enforce"), ...holding.filter(({ mode }) => mode !== "enforce")].map(
    ({ name }) => name,
  );
}

function isSpared({ except = {} }: NormalPolicy, who: Identity): boolean {
  return Object.entries(except).some(([scope, some]) => narrowest(scope as Scope, some, who) >= 0);
}

function isKnown({ per }: NormalPolicy, who: Identity): boolean {
  return per.every((subject) => {
    if (subject === "caller") return who.user !== undefined || who.ip !== undefined;
    if (subject === "role") return (who.roles ?? []).length > 0;
    return who[subject] !== undefined;
  });
}

function narrownessOf({ scope, values: some }: NormalPolicy, who: Identity): number {
  return some === undefined ? (given(scope, who).length > 0 ? 0 : -1) : narrowest(scope, some, who);
}

function given(scope: Scope, who: Identity): readonly string[] {
  if (scope === "global") return ["everybody"];
  if (scope === "role") return who.roles ?? [];
  return [who[scope] ?? []].flat();
}

function narrowest(scope: Scope, some: readonly string[], who: Identity): number {
  return Math.max(-1, ...given(scope, who).flatMap((text) => some.map((value) => narrowness(scope, value, text))));
}

function narrowness(scope: Scope, value: string, text: string): number {
  if (value === "*") return 0;
  if (scope === "endpoint") {
    const pattern = parseEndpointPattern(value);
    if (pattern === undefined || !matchesEndpoint(pattern, parseEndpoint(text))) return -1;
    return pattern.exact ? 1e6 + pattern.specificity : pattern.specificity;
  }
  if (scope === "ip") {
    const [outer, inner] = [parseNetwork(value), parseNetwork(text)];
    return outer !== undefined && inner !== undefined && inNetwork(outer, inner) ? outer.bits + 1 : -1;
  }
  if (!value.endsWith("*")) return value === text ? 1e6 : -1;
  return text.startsWith(value.slice(0, -1)) ? value.length - 1 : -1;
}
