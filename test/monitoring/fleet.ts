import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { createGitHubApi } from "@sluice/github";
import { createFetchApi, type FetchApi, type FetchApiOptions } from "@sluice/kit";
import { concurrency, type Quota, tokenBucket } from "@sluice/limiter";
import { createPolicyEngine } from "@sluice/policy";
import { type GitHubSimulator, startGitHubSimulator } from "@sluice/simulators";
import { createPolicyMetrics } from "@sluice/telemetry";
import { Registry } from "prom-client";

/** A member of the fleet: a registry served as Prometheus wants it, and everything that writes to it. */
export interface Member extends AsyncDisposable {
  /** `127.0.0.1:<port>` */
  readonly target: string;
  /** Does everything that is measured once: good calls and bad ones, decisions, violations, exceptions. */
  round(): Promise<void>;
}

/** What the members share. */
export interface Fleet extends AsyncDisposable {
  readonly members: readonly Member[];
}

/** Two members that share a Redis and a provider, as two processes of one service would. */
export async function startFleet(redis: string): Promise<Fleet> {
  const github = await startGitHubSimulator();
  const odd = await startOddProvider();
  const members = await Promise.all([startMember(redis, github, odd.origin), startMember(redis, github, odd.origin)]);
  return {
    members,
    async [Symbol.asyncDispose]() {
      await Promise.all(members.map((member) => member[Symbol.asyncDispose]()));
      await Promise.all([github.close(), odd.close()]);
    },
  };
}

async function startMember(redis: string, github: GitHubSimulator, odd: string): Promise<Member> {
  const registry = new Registry();
  const page = await serve(async () => ({ body: await registry.metrics() }));
  const calls = githubCalls(redis, github, registry);
  const oddities = oddCalls(redis, odd, registry);
  const decisions = await policyDecisions(redis, registry);
  return {
    target: page.origin.replace("http://", ""),
    async round() {
      await Promise.all([calls.round(), oddities.round(), decisions.round()]);
    },
    async [Symbol.asyncDispose]() {
      await Promise.all([calls.close(), oddities.close(), decisions.close()]);
      await page.close();
    },
  };
}

interface Part {
  round(): Promise<void>;
  close(): Promise<void>;
}

/** A vendor's factory against its simulator: good answers, 429s, failures, not found. */
function githubCalls(redis: string, github: GitHubSimulator, registry: Registry): Part {
  const quiet = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };
  const api = createGitHubApi("acme", {
    auth: "ghp_any",
    baseUrl: github.url,
    env: {},
    log: quiet,
    quota: { tier: "user" },
    redis,
    registry,
    retry: { maxRetries: 1, delay: () => 10 },
    timeoutMs: 5_000,
  });
  const team = api.as({ namespace: "team-a" });
  return {
    async round() {
      await team.rest.repos.listForOrg({ org: "acme" });
      github.failNext({ status: 429, headers: { "retry-after": "1" }, body: { message: "slow down" } });
      await ended(team.rest.repos.listForOrg({ org: "acme" }));
      await ended(api.rest.repos.get({ owner: "acme", repo: "no-such-repository" }));
    },
    close: () => api.close(),
  };
}

const paths = ["GET /narrow", "GET /huge", "GET /job", "GET /fail", "GET /soon", "GET /far", "GET /flaky"] as const;

/** A provider whose every answer is a trouble of its own. */
function oddCalls(redis: string, origin: string, registry: Registry): Part {
  const quota: Quota = ({ operation }) => {
    if (operation === "GET /narrow") return [{ bucket: "narrow", limit: tokenBucket({ refillRate: 2, burst: 1 }) }];
    if (operation === "GET /huge")
      return [{ bucket: "all", limit: tokenBucket({ refillRate: 5, burst: 5 }), cost: 50 }];
    if (operation === "GET /job") return [{ bucket: "jobs", limit: concurrency({ max: 2 }) }];
    // One for each: what the provider says of one must not hold up the others.
    return [{ bucket: operation, limit: tokenBucket({ refillRate: 1_000, burst: 1_000 }) }];
  };
  const common = { account: "main", env: {}, operation: paths, quota, redis, registry, timeoutMs: 1_000 } as const;
  // A second is more than is believed here.
  const once = { maxRetries: 1, delay: () => 10, maxRetryAfterMs: 20 };
  const api = createFetchApi({ ...common, provider: "odd", retry: once });
  // Opens once and stays so.
  const breaker: FetchApiOptions["breaker"] = { consecutiveFailures: 2, minimumCalls: 2, openMs: 600_000 };
  const broken = createFetchApi({ ...common, provider: "broken", retry: false, breaker });
  const ask = (of: FetchApi, path: string): Promise<void> => ended(of(`${origin}${path}`));
  return {
    async round() {
      const caller = api.as({ tenant: "shop", user: "ann" });
      await Promise.all([
        ...["/narrow", "/narrow", "/narrow", "/narrow", "/huge", "/fail", "/soon", "/far", "/flaky"].map((path) =>
          ask(caller, path),
        ),
        // Both places, and one that finds none.
        ...["/job", "/job", "/job"].map((path) => ask(api, path)),
        ask(broken, "/fail"),
      ]);
      await ask(broken, "/fail");
    },
    async close() {
      await Promise.all([api.close(), broken.close()]);
    },
  };
}

async function startOddProvider(): Promise<Served> {
  let flaky = 0;
  return serve(async (path) => {
    if (path === "/job") await new Promise((resolve) => setTimeout(resolve, 2_000).unref());
    if (path === "/fail") return { status: 503 };
    if (path === "/soon") return { status: 503, headers: { "retry-after": "soon" } };
    if (path === "/far") return { status: 429, headers: { "retry-after": "1" } };
    if (path === "/flaky") return { status: (flaky += 1) % 2 === 1 ? 503 : 200 };
    return {};
  });
}

/** Policies that refuse, one that only looks on, conduct that costs, and exceptions of every kind. */
async function policyDecisions(redis: string, registry: Registry): Promise<Part> {
  const metrics = createPolicyMetrics({ registry });
  const engine = createPolicyEngine({
    // Overrides are granted while everything starts: a store that is slow then is not away.
    redis: { url: redis, commandTimeoutMs: 10_000 },
    policies: [
      { name: "per-user", scope: "user", windows: [{ limit: 2, per: "minute" }], reputation: true },
      { name: "trial", scope: "ip", windows: [{ limit: 1, per: "minute" }], mode: "shadow", together: true },
    ],
    reputation: { thresholds: [{ violations: 2, reduceBy: 0.5 }] },
    onDecision: metrics.onDecision,
  });
  metrics.watch(engine);
  await engine.ready();
  const why = { author: "ops", reason: "a demonstration of figures" };
  const until = Date.now() + 10 * 60_000;
  await engine.overrides.grant({ ...why, subject: { user: "bob" }, kind: "grant", multiply: 2, until });
  await engine.overrides.grant({ ...why, subject: { tenant: "ours" }, kind: "allow", until });
  const measured = metrics.measure(engine);
  let rounds = 0;
  return {
    async round() {
      rounds += 1;
      // A new one each time, so that there are always rates to lower.
      const newcomer = `user-${rounds}`;
      for (const user of ["ann", "bob", newcomer, newcomer, newcomer, newcomer, newcomer, newcomer])
        await measured.check({ user, ip: "192.0.2.1", endpoint: "POST /login" });
    },
    close: () => engine.close(),
  };
}

/** Good or bad: what becomes of it is seen in the metrics. */
async function ended(call: Promise<unknown>): Promise<void> {
  await call.catch(() => undefined);
}

interface Served {
  readonly origin: string;
  close(): Promise<void>;
}

interface Reply {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

async function serve(answer: (path: string) => Promise<Reply>): Promise<Served> {
  const server = createServer((request, response) => {
    void answer(request.url ?? "").then(({ status = 200, headers = {}, body = "" }) => {
      response.writeHead(status, { "content-type": "text/plain", ...headers }).end(body);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
