import type { RetryOptions } from "@sluice/core";
import { createFetchApi } from "@sluice/kit";
import { createLimiter, type Limiter, memoryStore, type Observation, tokenBucket } from "@sluice/limiter";
import fc from "fast-check";
import { expect, onTestFinished } from "vitest";
import { newAccount, newRegistry, serve } from "../conformance/rig.js";
import type { Answer, Reply } from "../conformance/server.js";
import { aws, awsDynamodb } from "../conformance/vendors/aws.js";
import { github } from "../conformance/vendors/github.js";
import { gitlab } from "../conformance/vendors/gitlab.js";
import { keycloak } from "../conformance/vendors/keycloak.js";
import { kubernetes } from "../conformance/vendors/kubernetes.js";
import { slack } from "../conformance/vendors/slack.js";
import type { FactoryOptions, Ours, Vendor } from "../conformance/vendor.js";
import { outcomeOf } from "./f-support.js";
import { fault } from "./fault.js";

type Any = Vendor<unknown>;
const fetchApi: Any = {
  ...(slack as Any),
  provider: "fetch",
  answer: () => ({}),
  throttled: (seconds) => ({ status: 429, headers: { "retry-after": String(seconds) } }),
  factory: (account, origin, options) =>
    Object.assign(
      createFetchApi({
        provider: "fetch",
        account,
        operation: () => "read",
        ...options,
        quota: options.quota ?? (() => []),
      }),
      {
        origin,
      },
    ),
  read: (client) => (client as typeof fetch)(`${(client as { origin?: string }).origin}/things`),
};
const vendors = [slack, github, gitlab, aws, awsDynamodb, keycloak, kubernetes, fetchApi] as readonly Any[];

const MINUTES_10_MS = 600_000;
const HOUR_MS = 3_660_000;
const DAY_MS = 86_400_000;

/** What the retry and the limiter made of one refusal, followed by a good answer. */
interface Made {
  /** Waits before a repetition. Unit: milliseconds. */
  readonly waits: number[];
  readonly words: Observation[];
  readonly problems: string[];
}

/** A refusal as the vendor gives it, with these headers in place of its own. */
function refusal(vendor: Any, headers: Readonly<Record<string, string>>): Reply {
  const { headers: own = {}, ...rest } = vendor.throttled(1);
  const { "retry-after": _retryAfter, ...others } = own;
  return { ...rest, headers: { ...others, ...headers } };
}

/** One logical call that is refused once; no wait is real. */
async function makeOf(vendor: Any, headers: Readonly<Record<string, string>>): Promise<Made> {
  const made: Made = { waits: [], words: [], problems: [] };
  const refused = new Set<string>();
  const answer: Answer = (request) => {
    // Logins come first; only what the call itself asks is refused.
    const reply = vendor.answer(request);
    if (/token|session/.test(request.path) || refused.has("once")) return reply;
    refused.add("once");
    return refusal(vendor, headers);
  };
  const { origin } = await serve(answer);
  const retry: RetryOptions = {
    sleep: async () => {},
    onRetry: ({ delayMs }) => void made.waits.push(delayMs),
    onRetryAfter: (problem) => void made.problems.push(problem),
  };
  const client = clientOf(vendor, origin, { retry, limiter: heard(made.words), timeoutMs: Number.POSITIVE_INFINITY });
  await outcomeOf(() => vendor.read(client));
  return made;
}

function clientOf(vendor: Any, origin: string, options: Partial<FactoryOptions>): Ours {
  const limit = tokenBucket({ refillRate: 1000, burst: 1000 });
  const client = vendor.factory(newAccount(), origin, {
    env: {},
    registry: newRegistry(),
    quota: () => [{ bucket: "all", limit }],
    breaker: false,
    ...options,
  }) as Ours;
  onTestFinished(() => client.close());
  return client;
}

/** A limiter that only notes what the provider is said to have said. */
function heard(words: Observation[]): Limiter {
  const limiter = createLimiter({ store: memoryStore() });
  onTestFinished(() => limiter.close());
  return Object.assign(Object.create(limiter) as Limiter, {
    observe: async (charges: Parameters<Limiter["observe"]>[0], word: Observation) => {
      words.push(word);
      // The rule that checks words: none of them may be refused.
      await limiter.observe(charges, { ...word, retryAfterMs: 0 });
    },
  });
}

/** What a pause comes to in the store, which believes no more than a day. */
function pauseOf({ words }: Made): number {
  return Math.max(0, ...words.map(({ retryAfterMs = 0 }) => Math.min(DAY_MS, retryAfterMs)));
}

const huge: Readonly<Record<string, string>> = {
  "1000000000": "1000000000",
  "20 digits": "9".repeat(20),
  "400 digits": "9".repeat(400),
  "the year 2099": "Thu, 01 Jan 2099 00:00:00 GMT",
};

fault(
  {
    id: "G1",
    fault: "Retry-After of 1e9 s, 20 digits, 400 digits, the year 2099, from every vendor",
    expected: "waits of at most 10 minutes (GitHub 61, plain fetch a day for the bucket), never none",
  },
  async () => {
    for (const vendor of vendors)
      for (const [name, value] of Object.entries(huge)) {
        const made = await makeOf(vendor, { "retry-after": value });
        const pauseMs = pauseOf(made);
        const mostMs = vendor === fetchApi ? DAY_MS : vendor.provider === "github" ? HOUR_MS : MINUTES_10_MS;
        expect([vendor.provider, name, pauseMs]).toEqual([vendor.provider, name, mostMs]);
        for (const waitMs of made.waits) {
          expect([vendor.provider, name, waitMs]).toEqual([vendor.provider, name, expect.any(Number)]);
          expect(waitMs).toBeLessThanOrEqual(MINUTES_10_MS);
        }
        expect([vendor.provider, name, made.problems]).toEqual([vendor.provider, name, ["capped"]]);
        expect(made.waits).toEqual([MINUTES_10_MS]);
      }
    return `${vendors.length * Object.keys(huge).length} refusals: retries wait 10 min and say "capped", buckets pause 10 min (GitHub's 61 min, plain fetch's a day)`;
  },
);

fault(
  {
    id: "G2",
    fault: "Retry-After of -5, 0 and 2015, again and again for a second, from every vendor",
    expected: "the back-off's own waits: no more than 25 requests a second",
    timeoutMs: 30_000,
  },
  async () => {
    const rates = await Promise.all(
      vendors.flatMap((vendor) =>
        ["-5", "0", "Wed, 21 Oct 2015 07:28:00 GMT", "1.5"].map(async (value) => {
          let asked = 0;
          const { origin } = await serve((request) => {
            if (/token|session/.test(request.path)) return vendor.answer(request);
            asked += 1;
            return refusal(vendor, { "retry-after": value });
          });
          const client = clientOf(vendor, origin, { timeoutMs: 1000 });
          const outcome = await outcomeOf(() => vendor.read(client));
          expect([vendor.provider, value, asked <= 25]).toEqual([vendor.provider, value, true]);
          expect(vendor === fetchApi || "error" in outcome).toBe(true);
          return asked;
        }),
      ),
    );
    return `${rates.length} storms of a second: ${Math.max(...rates)} requests at most`;
  },
);

const garbage = [
  "",
  " ",
  "abc",
  "NaN",
  "Infinity",
  "-Infinity",
  "0x10",
  "1e9",
  "1.5",
  "+5",
  "120, 60",
  "5 s",
  "0x",
  "2099-01-01T00:00:00Z",
  "Thu, 32 Jan 2099 00:00:00 GMT",
  "9".repeat(401),
  "\u0665",
] as const;

fault(
  {
    id: "G3",
    fault: "Retry-After that is neither whole decimal seconds nor an HTTP date",
    expected: "ignored and counted: the back-off's own wait, and no pause beyond the vendor's own for one untold",
  },
  async () => {
    const untold: Readonly<Record<string, number>> = { fetch: 1000, github: 60_000, gitlab: 60_000, aws: 1000 };
    let cases = 0;
    let counted = 0;
    for (const vendor of vendors)
      for (const value of garbage.filter((text) => /^[\x20-\x7e]*$/.test(text))) {
        const made = await makeOf(vendor, { "retry-after": value });
        cases += 1;
        expect([vendor.provider, value, pauseOf(made) <= (untold[vendor.provider] ?? 0)]).toEqual([
          vendor.provider,
          value,
          true,
        ]);
        // GitHub has a rule of its own for one untold, a minute; the others back off.
        const mostMs = vendor.provider === "github" ? 60_000 : 3200;
        for (const waitMs of made.waits)
          expect([vendor.provider, value, waitMs <= mostMs]).toEqual([vendor.provider, value, true]);
        expect([[], ["ignored"]]).toContainEqual(made.problems);
        counted += made.problems.length;
        // What the SDK hands on, Slack's own error for one, and GitHub's minute are no header that was read.
        if (["fetch", "gitlab", "keycloak", "kubernetes"].includes(vendor.provider) && value.trim() !== "")
          expect([vendor.provider, value, made.problems]).toEqual([vendor.provider, value, ["ignored"]]);
      }
    for (const vendor of vendors) {
      const twice = { "retry-after": ["120", "60"] } as unknown as Readonly<Record<string, string>>;
      const made = await makeOf(vendor, twice);
      cases += 1;
      // Transports join two headers, which is no number, or keep the first, which is one.
      expect(pauseOf(made)).toBeLessThanOrEqual(120_000);
      for (const waitMs of made.waits) expect(waitMs).toBeLessThanOrEqual(120_000);
    }
    return `${cases} cases: no wait beyond the back-off, ${counted} counted as ignored`;
  },
);

const anyHeader = fc.oneof(
  fc.constantFrom(...garbage, ...Object.values(huge), "0", "-1", "1", "5", "100", "5000", "999999999", "9999999999"),
  fc.integer({ min: -10, max: 2_000_000_000 }).map(String),
  fc.integer({ min: 0, max: 2_000_000_000 }).map((seconds) => `${seconds}000`),
  fc.string({ maxLength: 20 }),
);

fault(
  {
    id: "G4",
    fault: "rate-limit headers that lie: more remaining than the quota, a reset in the past or in milliseconds, junk",
    expected: "never more admitted than the quota, never a word that the limiter refuses, pauses within their bound",
    timeoutMs: 60_000,
  },
  async () => {
    const names = [
      "ratelimit-remaining",
      "ratelimit-limit",
      "ratelimit-reset",
      "x-ratelimit-remaining",
      "x-ratelimit-limit",
    ];
    const more = ["x-ratelimit-reset", "x-ratelimit-resource", "ratelimit-name", "date", "retry-after"];
    const headers = fc.dictionary(
      fc.constantFrom(...names, ...more),
      anyHeader.filter((text) => /^[\x20-\x7e]*$/.test(text)),
    );
    const limit = tokenBucket({ refillRate: 1e-3, burst: 5 });
    let worst = 0;
    let cases = 0;
    for (const vendor of vendors) {
      let current: Readonly<Record<string, string>> = {};
      let refuse = false;
      const { origin, received } = await serve((request) => {
        const reply = refuse ? refusal(vendor, current) : vendor.answer(request);
        return { ...reply, headers: { ...reply.headers, ...current } };
      });
      await fc.assert(
        fc.asyncProperty(headers, fc.boolean(), async (lies, refused) => {
          current = lies;
          refuse = refused;
          cases += 1;
          const failures: unknown[] = [];
          const own = createLimiter({ store: memoryStore() });
          const words: Observation[] = [];
          const limiter = Object.assign(Object.create(own) as Limiter, {
            observe: (charges: Parameters<Limiter["observe"]>[0], word: Observation) => (
              words.push(word),
              own.observe(charges, word)
            ),
          });
          const client = clientOf(vendor, origin, {
            limiter,
            quota: () => [{ bucket: "all", limit }],
            timeoutMs: 5_000,
            retry: false,
            onHookError: ({ error }) => void failures.push(error),
          });
          const before = received.length;
          await Promise.all(Array.from({ length: 8 }, () => outcomeOf(() => vendor.read(client))));
          const sent = received.slice(before).filter(({ path }) => !/\/token/.test(path)).length;
          worst = Math.max(worst, sent / limit.burst);
          expect(sent).toBeLessThanOrEqual(limit.burst);
          expect(failures).toEqual([]);
          for (const { retryAfterMs = 0 } of words) expect(Number.isNaN(retryAfterMs) || retryAfterMs < 0).toBe(false);
          await client.close();
          await own.close();
        }),
        {
          numRuns: 12,
          examples: [
            [
              { "x-ratelimit-remaining": "999999", "ratelimit-remaining": "999999", "ratelimit-limit": "999999" },
              false,
            ],
            [
              {
                "x-ratelimit-remaining": "0",
                "x-ratelimit-reset": "1",
                "ratelimit-remaining": "0",
                "ratelimit-reset": "1",
              },
              false,
            ],
            [
              {
                "x-ratelimit-remaining": "0",
                "x-ratelimit-reset": "1999999999000",
                "ratelimit-remaining": "0",
                "ratelimit-reset": "1999999999000",
              },
              true,
            ],
          ],
        },
      );
    }
    return `${vendors.length} vendors, ${cases} sets of headers: admitted ${worst.toFixed(2)} x the bound at most`;
  },
);
