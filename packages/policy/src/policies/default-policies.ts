import type { Policy, PolicyExceptions } from "./policy.js";

const administrators = ["admin", "administrator", "owner", "superuser"];

/** Where a secret is tried or exchanged. */
const signIn = [
  ...["login", "signin", "sign-in", "token", "session", "sessions", "password"].map((last) => `POST /**/${last}`),
  ...["password/reset", "password/forgot", "reset-password", "forgot-password"].map((last) => `POST /**/${last}`),
  ...["PUT", "PATCH"].map((method) => `${method} /**/password`),
];

/** What takes a server long. */
const expensive = ["export", "exports", "report", "reports", "search", "bulk"].flatMap((word) => [
  `/**/${word}`,
  `/**/${word}/*`,
]);

function signInPolicy(name: string, per: Policy["per"] & {}, description: string, except?: PolicyExceptions): Policy {
  return {
    name,
    description,
    scope: "endpoint",
    values: signIn,
    ...(except === undefined ? {} : { except }),
    per,
    algorithm: "slidingWindow",
    windows: [
      { limit: 5, per: "minute", burst: 2 },
      { limit: 20, per: "hour" },
    ],
  };
}

/**
 * A set to begin with, for a small service: replace what does not fit, by name.
 *
 * - `global` is one bucket for everybody, and 100 calls a minute are few: a busy service needs another number. It spares administrators
 *   and signing in, so that whoever uses it up locks nobody out.
 * - Signing in is counted by address, never by the account that is tried: guessing from many addresses stops none but those. Callers whose
 *   address is not known are counted by who they are, and all others together.
 * - `per-ip` spares known users, who have `per-user`; of an office behind one address each has a limit of his own.
 * - Administrators have `administrators` in place of `per-user`, `per-ip` and `global`. Signing in and expensive operations are limited
 *   for them as for all.
 * - `emergency-ip` only looks on. In an attack, set its mode to `enforce`.
 */
export const defaultPolicies: readonly Policy[] = freezeAll([
  {
    name: "global",
    description: "Everybody together.",
    scope: "global",
    except: { role: administrators, endpoint: signIn },
    together: true,
    windows: [
      { limit: 100, per: "minute", burst: 20 },
      { limit: 1000, per: "hour" },
      { limit: 10_000, per: "day" },
    ],
  },
  signInPolicy("auth-endpoints", "ip", "Signing in, by address."),
  signInPolicy("auth-endpoints-by-caller", "caller", "Signing in, where the address is not known.", { ip: "*" }),
  signInPolicy("auth-endpoints-unknown", [], "Signing in, where nothing is known of the caller.", {
    ip: "*",
    user: "*",
    apiKey: "*",
  }),
  {
    name: "expensive-operations",
    description: "Exports, reports, searches and bulk work, by caller.",
    scope: "endpoint",
    values: expensive,
    windows: [
      { limit: 10, per: "minute", burst: 5 },
      { limit: 100, per: "hour" },
    ],
  },
  {
    name: "administrators",
    description: "Who keeps the service running gets through while others are limited.",
    scope: "role",
    values: administrators,
    windows: [
      { limit: 500, per: "minute", burst: 100 },
      { limit: 10_000, per: "hour" },
    ],
  },
  {
    name: "per-user",
    description: "Each known user.",
    scope: "user",
    except: { role: administrators },
    together: true,
    windows: [{ limit: 100, per: "minute" }],
  },
  {
    name: "per-ip",
    description: "Each address of which the user is not known.",
    scope: "ip",
    except: { user: "*", role: administrators },
    together: true,
    windows: [{ limit: 50, per: "minute" }],
  },
  {
    name: "emergency-ip",
    description: "Each address while under attack: looks on until its mode is set to enforce.",
    scope: "ip",
    except: { role: administrators },
    together: true,
    mode: "shadow",
    windows: [
      { limit: 10, per: "minute" },
      { limit: 100, per: "hour" },
    ],
  },
]);

function freezeAll(policies: Policy[]): readonly Policy[] {
  return Object.freeze(policies.map((policy) => Object.freeze(policy)));
}
