import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { createHookChain, isSluiceError, retry, withCaller } from "@sluice/core";
import { createAwsApi, createS3Api, instrumentAws } from "@sluice/aws";
import { createGitHubApi } from "@sluice/github";
import { createGitLabApi } from "@sluice/gitlab";
import { createKeycloakApi } from "@sluice/keycloak";
import { createFetchApi } from "@sluice/kit";
import { createKubernetesApi } from "@sluice/kubernetes";
import {
  concurrency,
  createBreaker,
  createLimiter,
  customLimit,
  fixedWindow,
  memoryStore,
  tokenBucket,
} from "@sluice/limiter";
import { redisStore } from "@sluice/limiter-redis";
import { createSlackApi } from "@sluice/slack";
import fc from "fast-check";
import { expect } from "vitest";
import { parseExposition } from "../../packages/telemetry/src/parse-exposition.test-support.js";
import { newRegistry } from "../conformance/rig.js";
import { anyValue, codeOf, cpuMs, hostileText, ms, outcomeOf, QUICK_RUNS } from "./f-support.js";
import { fault } from "./fault.js";

type Make = (account: never, options: object) => unknown;

const aws = { region: "eu-west-1", credentials: { accessKeyId: "a", secretAccessKey: "b" } };

/** Every factory, with what its SDK needs. */
const factories: Readonly<Record<string, Make>> = {
  createSlackApi: (account, options) => createSlackApi(account, { token: "xoxb-1", ...options }),
  createGitHubApi: (account, options) => createGitHubApi(account, { auth: "token", ...options } as never),
  createGitLabApi: (account, options) => createGitLabApi(account, { token: "token", ...options }),
  createAwsApi: (account, options) => createAwsApi(DynamoDBClient, account, { ...aws, ...options }),
  createS3Api: (account, options) => createS3Api(account, { ...aws, ...options }),
  instrumentAws: (account, options) => instrumentAws(new DynamoDBClient(aws), { ...options, account }),
  createKeycloakApi: (account, options) => createKeycloakApi(account, { accessToken: undefined, ...options }),
  createKubernetesApi: (account, options) => createKubernetesApi(account, { ...options }),
  createFetchApi: (account, options) =>
    createFetchApi({ provider: "p", account, operation: ["GET /a"], quota: () => [], ...options }),
};

async function madeBy(make: () => unknown): Promise<Awaited<ReturnType<typeof outcomeOf>>> {
  const outcome = await outcomeOf(make);
  if ("value" in outcome) await (outcome.value as { close?: () => Promise<void> }).close?.();
  return outcome;
}

/** Options of ours that every factory takes, each of them of any value now and then. */
const options = fc.record(
  {
    redis: anyValue(),
    limiter: anyValue(),
    mode: anyValue(),
    hooks: fc.oneof(anyValue(), fc.array(anyValue(), { maxLength: 3 })),
    timeoutMs: anyValue(),
    retry: fc.oneof(
      anyValue(),
      fc.record(
        { maxRetries: anyValue(), baseMs: anyValue(), capMs: anyValue(), maxRetryAfterMs: anyValue() },
        { requiredKeys: [] },
      ),
    ),
    breaker: fc.oneof(
      anyValue(),
      fc.record(
        { openMs: anyValue(), failureRate: anyValue(), windowMs: anyValue(), probes: anyValue() },
        { requiredKeys: [] },
      ),
    ),
    onStoreError: anyValue(),
    log: anyValue(),
    quota: fc.oneof(
      anyValue(),
      fc.record(
        {
          tokens: anyValue(),
          refillRate: anyValue(),
          tier: anyValue(),
          marginMs: anyValue(),
          minuteMs: anyValue(),
          burstShare: anyValue(),
          share: anyValue(),
          methods: anyValue(),
          resources: anyValue(),
          endpoints: anyValue(),
          limits: anyValue(),
          adaptive: anyValue(),
          s3: anyValue(),
          bytesPerSecond: anyValue(),
          globalRate: anyValue(),
          namespaceRate: anyValue(),
          rate: anyValue(),
          burst: anyValue(),
        },
        { requiredKeys: [] },
      ),
    ),
  },
  { requiredKeys: [] },
);

/** One or two at a time: of many wrong ones only the first would be seen. */
const fewOptions = fc.tuple(options, fc.uniqueArray(fc.nat(9), { minLength: 1, maxLength: 2 })).map(([all, which]) => {
  const entries = Object.entries(all);
  return Object.fromEntries(
    which.flatMap((index) => (entries.length === 0 ? [] : [entries[index % entries.length] as [string, unknown]])),
  );
});

const variables = [
  "REDIS_URL",
  "SLUICE_MODE",
  "SLUICE_ON_STORE_ERROR",
  "SLACK_RATE_LIMIT_TOKENS",
  "SLACK_RATE_LIMIT_TIER",
  "SLACK_RATE_LIMIT_REFILL_RATE",
  "GITHUB_RATE_LIMIT_TOKENS",
  "GITHUB_RATE_LIMIT_TIER",
  "GITLAB_RATE_LIMIT_PER_MINUTE",
  "GITLAB_RATE_LIMIT_TIER",
  "AWS_RATE_LIMIT_SHARE",
  "AWS_RATE_LIMIT_S3_READS",
  "AWS_RATE_LIMIT_S3_PREFIX_DEPTH",
  "KEYCLOAK_API_GLOBAL_RATE_LIMIT_TPS",
  "KEYCLOAK_API_NAMESPACE_RATE_LIMIT_BURST",
  "RECONCILE_JITTER_MAX_SECONDS",
];

const each = fc.constantFrom(...Object.entries(factories));

fault(
  {
    id: "F1",
    fault: "accounts, options and variables of any value, in every factory",
    expected: "a client, or an error of ours that names what is wrong; nothing else is thrown",
  },
  async () => {
    let refused = 0;
    let made = 0;
    const environment = fc.dictionary(
      fc.constantFrom(...variables),
      fc.oneof(hostileText(40), fc.constantFrom("NaN", "1e9", "-1", "0", "", "5")),
      {
        maxKeys: 2,
      },
    );
    await fc.assert(
      fc.asyncProperty(
        each,
        fc.oneof(fc.constant("acme"), hostileText(300), anyValue()),
        fewOptions,
        environment,
        async ([, make], account, wrong, env) => {
          for (const [who, how] of [
            [account, { env }],
            ["acme", { ...wrong, env: {} }],
          ] as const) {
            const outcome = await madeBy(() => make(who as never, { registry: newRegistry(), ...how }));
            if ("value" in outcome) {
              made += 1;
              continue;
            }
            refused += 1;
            expect([outcome.error, isSluiceError(outcome.error)]).toEqual([outcome.error, true]);
            expect(["CONFIG_INVALID", "HOOK_INVALID"]).toContain(codeOf(outcome));
            expect((outcome.error as Error).message).not.toMatch(/[\p{Cc}\p{Cf}]/u);
          }
        },
      ),
      { numRuns: 2 * QUICK_RUNS },
    );
    return `${Object.keys(factories).length} factories: ${refused} refused by name, ${made} made`;
  },
);

const poisons = [
  '{"__proto__":{"polluted":true}}',
  '{"constructor":{"prototype":{"polluted":true}}}',
  '{"prototype":{"polluted":true}}',
  '{"__proto__":null}',
  '{"hasOwnProperty":1,"toString":1,"valueOf":1}',
];

fault(
  {
    id: "F9",
    fault: "__proto__, constructor and prototype in options, quotas, limits, callers and arguments, as JSON gives them",
    expected: "no object but their own ever has them",
  },
  async () => {
    let tried = 0;
    for (const text of poisons)
      for (const make of Object.values(factories))
        for (const wrap of [
          (poison: object) => poison,
          (poison: object) => ({ quota: poison }),
          (poison: object) => ({
            quota: {
              methods: poison,
              resources: poison,
              endpoints: poison,
              limits: poison,
              s3: poison,
              adaptive: poison,
            },
          }),
          (poison: object) => ({ retry: poison }),
          (poison: object) => ({ breaker: poison }),
          (poison: object) => ({ env: poison }),
        ]) {
          const poison = JSON.parse(text) as object;
          await madeBy(() => make("acme" as never, { registry: newRegistry(), env: {}, ...wrap(poison) }));
          tried += 1;
          expect(({} as { polluted?: unknown }).polluted).toBeUndefined();
        }
    const limiter = createLimiter({ store: memoryStore() });
    for (const text of poisons) {
      const poison = JSON.parse(text) as never;
      expect(codeOf(await outcomeOf(() => limiter.tryAcquire(poison)))).toBe("CONFIG_INVALID");
      expect(codeOf(await outcomeOf(() => limiter.tryAcquire({ bucket: "b", limit: poison })))).toBe("CONFIG_INVALID");
      expect(codeOf(await outcomeOf(() => tokenBucket(poison)))).toBe("CONFIG_INVALID");
      expect(codeOf(await outcomeOf(() => customLimit(poison)))).toBe("CONFIG_INVALID");
      withCaller(poison, () => expect(({} as { polluted?: unknown }).polluted).toBeUndefined());
      tried += 5;
    }
    for (const kind of ["__proto__", "constructor", "prototype", "toString", "hasOwnProperty"])
      expect(codeOf(await outcomeOf(() => limiter.tryAcquire({ bucket: "b", limit: { kind } as never })))).toBe(
        "CONFIG_INVALID",
      );
    for (const name of ["__proto__", "constructor", "hasOwnProperty"])
      expect(
        await limiter.tryAcquire({ bucket: name, limit: tokenBucket({ refillRate: 1e-3, burst: 2 }) }),
      ).toMatchObject({ remaining: 1 });
    await limiter.close();
    expect(Object.keys(Object.prototype)).toEqual([]);
    return `${tried} places, ({}).polluted is undefined`;
  },
);

/** Of processor time. Unit: milliseconds. */
const MOST_MS = 500;

function deep(levels: number): object {
  let value: object = { end: true };
  for (let level = 0; level < levels; level += 1) value = level % 2 === 0 ? { in: value } : [value];
  return value;
}

for (const [which, isSlow] of [
  [["createFetchApi"], false],
  [Object.keys(factories), true],
] as const)
  fault(
    {
      id: "F10",
      fault: `options of 10 MiB, and of 10 000 levels, in ${which.length === 1 ? "kit" : "every factory"}`,
      expected:
        "refused by name or left unread within half a second of processor time, message of one line; no stack overflow",
      slow: isSlow,
    },
    async () => {
      const large = "x".repeat(10 * 1024 * 1024);
      const values: readonly (string | object)[] = [
        large,
        deep(10_000),
        { a: large },
        Array.from({ length: 100_000 }, () => ({})),
      ];
      let longestMs = 0;
      let refused = 0;
      const note = async (make: () => unknown): Promise<void> => {
        let since = process.cpuUsage();
        const outcome = await madeBy(make);
        let tookMs = cpuMs(since);
        // The least of three: a collection of garbage may fall into one.
        for (let tries = 1; tries < 3 && tookMs >= MOST_MS; tries += 1) {
          since = process.cpuUsage();
          await madeBy(make);
          tookMs = Math.min(tookMs, cpuMs(since));
        }
        longestMs = Math.max(longestMs, tookMs);
        if (!("error" in outcome)) return;
        refused += 1;
        expect(["CONFIG_INVALID", "HOOK_INVALID"]).toContain(codeOf(outcome));
        expect((outcome.error as Error).message.length).toBeLessThan(1100);
      };
      const registry = newRegistry();
      for (const value of values) {
        for (const make of which.map((name) => factories[name] as Make)) {
          await note(() => make(value as never, { registry, env: {} }));
          for (const name of ["redis", "mode", "retry", "breaker", "quota", "timeoutMs"])
            await note(() => make("acme" as never, { registry, env: {}, [name]: value }));
          await note(() => make("acme" as never, { registry, env: { REDIS_URL: large, SLUICE_MODE: large } }));
        }
        await note(() =>
          customLimit({
            name: "c",
            algorithm: () => ({ state: 0, decision: { allowed: true } }),
            initial: value as never,
          }),
        );
        await note(() => createLimiter({ store: memoryStore(), provider: value as never }));
        await note(() => redisStore({ url: value as never }));
        await note(() => retry(value as never));
        if (typeof value === "object") await note(() => createBreaker({ name: "b", ...value }));
      }
      expect(longestMs).toBeLessThan(MOST_MS);
      return `${refused} refused, longest ${ms(longestMs)}`;
    },
  );

fault(
  {
    id: "F12",
    fault:
      "limits, quotas, breakers and chains that contradict themselves: burst 0, rate 0, no name, a name twice, a share of nothing",
    expected: "refused whole, the field named in the message, what was there goes on",
  },
  async () => {
    const limiter = createLimiter({ store: memoryStore() });
    const charge = { bucket: "b", limit: tokenBucket({ refillRate: 1e-3, burst: 2 }) };
    await limiter.tryAcquire(charge);
    const chain = createHookChain({ hooks: [{ name: "first" }] });
    const rows: readonly (readonly [field: string, make: () => unknown])[] = [
      ["burst", () => tokenBucket({ refillRate: 1, burst: 0 })],
      ["refillRate", () => tokenBucket({ refillRate: 0 })],
      ["limit", () => fixedWindow({ limit: 0, windowMs: 1 })],
      ["windowMs", () => fixedWindow({ limit: 1, windowMs: 0 })],
      ["max", () => concurrency({ max: 0 })],
      ["name", () => createBreaker({ name: "" })],
      ["maxOpenMs", () => createBreaker({ name: "b", openMs: 5000, maxOpenMs: 4000 })],
      ["probes", () => createBreaker({ name: "b", probes: 0 })],
      [
        "limit of bucket b",
        () => limiter.tryAcquire([charge, { ...charge, limit: tokenBucket({ refillRate: 2, burst: 9 }) }]),
      ],
      ["quota.tokens", () => factories["createSlackApi"]?.("acme" as never, { env: {}, quota: { tokens: 0 } })],
      ["quota.share", () => factories["createS3Api"]?.("acme" as never, { env: {}, quota: { share: 0 } })],
      ["quota.tier", () => factories["createGitHubApi"]?.("acme" as never, { env: {}, quota: { tier: "" } })],
      ["quota.perMinute", () => factories["createGitLabApi"]?.("acme" as never, { env: {}, quota: { perMinute: 0 } })],
      ["mode", () => (limiter.mode = "off" as never)],
      ["first", () => createHookChain({ hooks: [{ name: "first" }, { name: "first" }] })],
    ];
    for (const [field, make] of rows) {
      const outcome = await outcomeOf(make);
      expect(outcome).toMatchObject({ error: { message: expect.stringContaining(field) } });
      expect(["CONFIG_INVALID", "HOOK_INVALID"]).toContain(codeOf(outcome));
    }
    expect(limiter.mode).toBe("enforce");
    expect(await limiter.peek(charge)).toMatchObject({ remaining: 1 });
    expect(chain.list("attempt").map(({ name }) => name)).toEqual(["first"]);
    await limiter.close();
    return `${rows.length} contradictions, each refused by the name of its field; the old mode, limit and chain go on`;
  },
);

fault(
  {
    id: "F8",
    fault: "quotes, backslashes, line breaks and half characters in accounts, callers and operations",
    expected: "exposition text that a strict parser takes, no series but ours",
  },
  async () => {
    const registry = newRegistry() as ReturnType<typeof newRegistry> & { metrics(): Promise<string> };
    const text = hostileText(200).filter((name) => name.trim() !== "");
    let calls = 0;
    await fc.assert(
      fc.asyncProperty(text, text, text, async (account, operation, user) => {
        const api = createFetchApi({
          provider: "p",
          account,
          operation: () => operation,
          quota: () => [{ bucket: user, limit: tokenBucket({ refillRate: 1e-3, burst: 1 }) }],
          fetch: async () => new Response("things"),
          registry,
          env: {},
          retry: false,
          timeoutMs: 20,
        });
        await outcomeOf(() => api.as({ namespace: user, tenant: user, user })("http://localhost/"));
        await outcomeOf(() => api("http://localhost/"));
        await api.close();
        calls += 2;
      }),
      { numRuns: 100 },
    );
    const samples = parseExposition(await registry.metrics());
    expect(samples.filter(({ name }) => !name.startsWith("sluice_"))).toEqual([]);
    expect(samples.map(({ name }) => name)).not.toContain("sluice_forged");
    return `${calls} calls, ${samples.length} samples, parser errors 0`;
  },
);
