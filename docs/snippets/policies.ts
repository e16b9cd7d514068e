// #region policies
import type { Policy } from "@sluice/policy";

export const policies: Policy[] = [
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

// #region exchange
import { defaultPolicies, exportPolicies, importPolicies } from "@sluice/policy";

const text = exportPolicies(defaultPolicies); // {"version": 1, "policies": [...]}
export const read = importPolicies(text); // checked as a whole; a ConfigError names the first field that is wrong
// #endregion
