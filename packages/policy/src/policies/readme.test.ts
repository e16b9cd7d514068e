import { expect, it } from "vitest";
import {
  checkPolicies,
  createResolver,
  defaultPolicies,
  exportPolicies,
  importPolicies,
  type Policy,
} from "../index.js";

it("the README's policies are some, and hold for whom it says", () => {
  // #region policies
  const policies: Policy[] = [
    // Everybody together, beside whatever else holds.
    { name: "all", scope: "global", together: true, windows: [{ limit: 5000, per: "minute", burst: 500 }] },
    // Each tenant: two windows at once, more for those who pay, none for our own.
    {
      name: "tenants",
      scope: "tenant",
      except: { tenant: "internal" },
      windows: [
        { limit: 100, per: "minute", burst: 20 },
        { limit: 2000, per: "hour" },
      ],
    },
    { name: "paying", scope: "tenant", values: "pro-*", windows: [{ limit: 1000, per: "minute" }] },
    // Exact in every minute, counted by address.
    {
      name: "login",
      scope: "endpoint",
      values: ["POST /login", "POST /oauth/:provider/token"],
      per: "ip",
      algorithm: "slidingWindow",
      windows: [{ limit: 5, per: "minute" }],
    },
    // Only looks on, until the figures look right.
    { name: "scrapers", scope: "ip", values: ["192.0.2.0/24"], mode: "shadow", windows: [{ limit: 1, per: "second" }] },
  ];
  // #endregion
  const { resolve } = createResolver(checkPolicies(policies));
  const named = (identity: Parameters<typeof resolve>[0]) => resolve(identity).map(({ policy: { name } }) => name);
  expect(named({ tenant: "free-1" })).toStrictEqual(["tenants", "all"]);
  expect(named({ tenant: "pro-1" })).toStrictEqual(["paying", "all"]);
  expect(named({ tenant: "internal" })).toStrictEqual(["all"]);
  expect(named({ tenant: "pro-1", endpoint: "POST /oauth/acme/token", ip: "::1" })).toStrictEqual(["login", "all"]);
  expect(named({ ip: "192.0.2.77" })).toStrictEqual(["all", "scrapers"]);
});

it("the README's file goes out and comes in", () => {
  // #region exchange
  const text = exportPolicies(defaultPolicies); // {"version": 1, "policies": [...]}
  const policies = importPolicies(text); // checked as a whole; a ConfigError names the first field that is wrong
  // #endregion
  expect(policies).toStrictEqual(defaultPolicies);
});
