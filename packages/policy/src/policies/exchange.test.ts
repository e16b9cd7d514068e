import { readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { apiKeyDigest } from "./api-key-digest.js";
import { checkPolicies } from "./check-policies.js";
import { defaultPolicies } from "./default-policies.js";
import { exportPolicies, importPolicies } from "./exchange.js";
import { policiesSchema } from "./generated/schema.js";
import type { Policy } from "./policy.js";

const least: Policy = { name: "least", scope: "user", windows: [{ limit: 10, per: "minute" }] };

describe("importPolicies", () => {
  it("reads a file's text, and what a parser made of it", () => {
    const file = { version: 1, policies: [least] } as const;
    expect(importPolicies(JSON.stringify(file))).toStrictEqual([least]);
    expect(importPolicies(file)).toStrictEqual([least]);
  });

  it.each([
    ["{", "policies must be JSON, got"],
    ["null", "policies must be an object with a version and a list of policies, got null"],
    ["[]", "policies must be an object with a version"],
    ["{}", "version must be 1, the version of this format, got undefined"],
    ['{"version":2,"policies":[]}', "version must be 1, the version of this format, got 2"],
    ['{"version":1}', "policies must be a list of at most 10000 policies, got undefined"],
    ['{"version":1,"policies":[],"more":1}', "more must be absent (fields are $schema, version, policies), got 1"],
    [
      '{"version":1,"policies":[{"name":"x","scope":"user"}]}',
      "policies[0].windows must be a list of 1 to 6 windows, got undefined",
    ],
    [
      '{"version":1,"policies":[{"name":"x","scope":"user","windows":[{"limit":1,"per":"hour"}]},7]}',
      "policies[1] must be a policy",
    ],
  ])("refuses %s", (text, message) => {
    expect(() => importPolicies(text)).toThrow(message);
  });

  it.each(["__proto__", "constructor", "prototype"])(
    "refuses the field %s wherever it is, and pollutes nothing",
    (field) => {
      const evil = `"${field}":{"polluted":true}`;
      const policy = `"name":"x","scope":"user"`;
      const texts = [
        `{${evil},"version":1,"policies":[]}`,
        `{"version":1,"policies":[{${evil},${policy},"windows":[{"limit":1,"per":"hour"}]}]}`,
        `{"version":1,"policies":[{${policy},"windows":[{${evil},"limit":1,"per":"hour"}]}]}`,
        `{"version":1,"policies":[{${policy},"except":{${evil}},"windows":[{"limit":1,"per":"hour"}]}]}`,
      ];
      for (const text of texts) expect(() => importPolicies(text)).toThrow(new RegExp(`${field} must be absent`));
      expect(({} as { polluted?: unknown }).polluted).toBeUndefined();
    },
  );

  it("refuses what is too large without parsing it", () => {
    const text = `{"version":1,"policies":[]}${" ".repeat(2 ** 20)}`;
    expect(() => importPolicies(text)).toThrow("policies must be a text of at most 1048576 bytes");
    expect(() => importPolicies(`"${"\u00e4".repeat(600_000)}"`)).toThrow(
      "policies must be a text of at most 1048576 bytes",
    );
  });

  it("refuses what is too deep, quickly", () => {
    const text = `{"version":1,"policies":${"[".repeat(10_000)}${"]".repeat(10_000)}}`;
    expect(() => importPolicies(text)).toThrow("nested at most 8 levels deep");
  });

  it("says nothing of the text in an error", () => {
    expect(() => importPolicies("secret")).toThrow(/^policies must be JSON, got "6 characters that are none"$/);
  });
});

describe("exportPolicies", () => {
  it("writes what is read as the same policies", () => {
    expect(importPolicies(exportPolicies(defaultPolicies))).toStrictEqual(defaultPolicies);
    fc.assert(
      fc.property(policies, (some) => {
        expect(importPolicies(exportPolicies(some))).toStrictEqual(some);
      }),
      { numRuns: 50 },
    );
  });

  it("writes digests for API keys, which mean the same", () => {
    const keyed: Policy = { ...least, scope: "apiKey", values: ["secret-1", "live-*"], except: { apiKey: "secret-2" } };
    const text = exportPolicies([keyed]);
    expect(text).not.toContain("secret");
    expect(text).toContain(apiKeyDigest("secret-1"));
    expect(checkPolicies(importPolicies(text))).toStrictEqual(checkPolicies([keyed]));
  });

  it("writes a line for each policy when there are many, and refuses more than a file may hold", () => {
    const many = Array.from({ length: 10_000 }, (_, index) => ({ ...least, name: `policy-${index}` }));
    expect(importPolicies(exportPolicies(many))).toStrictEqual(many);
    const wordy = many.map((policy) => ({ ...policy, description: "x".repeat(100) }));
    expect(() => exportPolicies(wordy)).toThrow("policies must be few enough for a file of 1048576 bytes");
  });

  it("refuses policies that are none", () => {
    expect(() => exportPolicies([{ ...least, cost: 0 }])).toThrow("policies[0].cost must be");
  });
});

describe("the published schema", () => {
  it("is what the package checks by", () => {
    const published: unknown = JSON.parse(
      readFileSync(new URL("../../schema/policies.v1.json", import.meta.url), "utf8"),
    );
    expect(policiesSchema).toStrictEqual(published);
    expect(policiesSchema["$id"]).toBe("urn:sluice:schema:policies:1");
  });
});

const window = fc.record(
  {
    limit: fc.integer({ min: 1, max: 1000 }),
    burst: fc.integer({ min: 0, max: 1000 }),
    per: fc.constantFrom("second", "minute", "hour"),
  },
  { requiredKeys: ["limit", "per"], noNullPrototype: true },
);
const policies = fc.uniqueArray(
  fc.record(
    {
      name: fc.stringMatching(/^[a-z][a-z0-9._-]{0,9}$/),
      description: fc.string({ maxLength: 500 }),
      scope: fc.constantFrom("user", "role", "tenant"),
      values: fc.array(
        fc.string({ minLength: 1, maxLength: 20 }).filter((text) => !text.includes("*")),
        { minLength: 1 },
      ),
      per: fc.constantFrom<Policy["per"] & {}>("user", [], ["tenant", "ip"]),
      windows: window.map((one) => [one]),
      priority: fc.integer({ min: -1e6, max: 1e6 }),
      enabled: fc.boolean(),
    },
    { requiredKeys: ["name", "scope", "windows"], noNullPrototype: true },
  ) as fc.Arbitrary<Policy>,
  { selector: ({ name }) => name, maxLength: 10 },
);
