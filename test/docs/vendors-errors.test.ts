import { KubeConfig } from "@kubernetes/client-node";
import { LogLevel } from "@slack/web-api";
import { createS3Api, S3Api } from "@sluice/aws";
import { createGitHubApi, GitHubApi } from "@sluice/github";
import { createGitLabApi, GitLabApi } from "@sluice/gitlab";
import { createKeycloakApi, KeycloakApi } from "@sluice/keycloak";
import { createKubernetesApi, KubernetesApi } from "@sluice/kubernetes";
import {
  manualClock,
  startGitHubSimulator,
  startGitLabSimulator,
  startKeycloakSimulator,
  startKubernetesSimulator,
  startS3Simulator,
  startSlackSimulator,
} from "@sluice/simulators";
import { tokenBucket } from "@sluice/limiter";
import { createSlackApi, SlackApi } from "@sluice/slack";
import { Registry } from "prom-client";
import { describe, it, vi } from "vitest";
import * as aws from "../../docs/snippets/vendors-aws.js";
import { ask } from "../../docs/snippets/vendors-any-api.js";
import * as github from "../../docs/snippets/vendors-github.js";
import * as gitlab from "../../docs/snippets/vendors-gitlab.js";
import * as keycloak from "../../docs/snippets/vendors-keycloak.js";
import * as kubernetes from "../../docs/snippets/vendors-kubernetes.js";
import * as slack from "../../docs/snippets/vendors-slack.js";

const quiet = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };
/** A factory whose callers have less time than the limits below take, and a registry of its own. */
const ours = () => ({ registry: new Registry(), env: {}, log: quiet, timeoutMs: 5000 });
const notSent = /^not sent, there is room in \d+ ms$/;

/** Twice, the second of which is beyond the limit of one. */
async function twice(action: (n: number) => Promise<string>): Promise<string[]> {
  return [await action(1), await action(2)];
}

describe.concurrent("the plain client comes to the provider's refusal, the factory's stops before it:", () => {
  it("Slack", async ({ expect }) => {
    await using server = await startSlackSimulator({ limits: { "chat.postMessage": 1 } });
    const slackApiUrl = server.url;
    const options = { slackApiUrl, logLevel: LogLevel.ERROR, registry: new Registry() };
    const plain = new SlackApi("acme", "xoxb-docs", { ...options, rejectRateLimitedCalls: true });
    expect(await twice((n) => slack.post(plain, "C0000001", `plain ${n}`))).toEqual([
      "posted",
      expect.stringMatching(/^refused for \d+ s$/),
    ]);
    await using fresh = await startSlackSimulator({ limits: { "chat.postMessage": 1 } });
    const quota = { methods: { "chat.postMessage": 1 } };
    await using limited = createSlackApi("acme", { ...ours(), slackApiUrl: fresh.url, token: "xoxb-docs", quota });
    expect(await twice((n) => slack.post(limited, "C0000001", `ours ${n}`))).toEqual([
      "posted",
      expect.stringMatching(notSent),
    ]);
    expect(fresh.ledger.entries()).toHaveLength(1);
  });

  it("GitHub", async ({ expect }) => {
    const settings = { limits: { core: 1 }, repos: 1 };
    await using server = await startGitHubSimulator(settings);
    const options = { baseUrl: server.url, auth: "ghp_docs", log: quiet, registry: new Registry() };
    const plain = new GitHubApi("acme", options);
    expect(await twice(() => github.look(plain, "acme", "repo1"))).toEqual(["acme/repo1", "refused with 403"]);
    await using fresh = await startGitHubSimulator(settings);
    const quota = { resources: { core: 1 } };
    await using limited = createGitHubApi("acme", { ...options, ...ours(), baseUrl: fresh.url, quota });
    expect(await twice(() => github.look(limited, "acme", "repo1"))).toEqual([
      "acme/repo1",
      expect.stringMatching(notSent),
    ]);
    expect(fresh.ledger.entries()).toHaveLength(1);
  });

  it("GitLab", async ({ expect }) => {
    const settings = { projects: 1, limits: { issueCreation: 1 } };
    // Its windows begin with the wall clock's minutes; none ends while the SDK tries again.
    await using server = await startGitLabSimulator({ ...settings, wallClock: manualClock() });
    const plain = new GitLabApi("bot", { host: server.url, token: "glpat-docs", registry: new Registry() });
    expect(await twice((n) => gitlab.open(plain, 1, `plain ${n}`))).toEqual([
      expect.stringMatching(/^#\d+$/),
      expect.stringContaining("after 10 retries, last status code: 429"),
    ]);
    await using fresh = await startGitLabSimulator(settings);
    const quota = { endpoints: { issueCreation: 1 } };
    await using limited = createGitLabApi("bot", { ...ours(), host: fresh.url, token: "glpat-docs", quota });
    expect(await twice((n) => gitlab.open(limited, 1, `ours ${n}`))).toEqual([
      expect.stringMatching(/^#\d+$/),
      expect.stringMatching(notSent),
    ]);
    expect(fresh.ledger.entries()).toHaveLength(1);
  });

  it("S3", async ({ expect }) => {
    const settings = { buckets: ["reports"], limits: { writesPerSecond: 1 } };
    // Its second lasts ten, so that both writes are in one.
    await using server = await startS3Simulator({ ...settings, speed: 0.1 });
    const credentials = { accessKeyId: "any", secretAccessKey: "any" };
    const options = { region: "us-east-1", forcePathStyle: true, credentials };
    const plain = new S3Api("prod", { ...options, endpoint: server.url, maxAttempts: 1, registry: new Registry() });
    expect(await twice((n) => aws.write(plain, `2026/${n}`))).toEqual(["written", "refused 1 times"]);
    await using fresh = await startS3Simulator(settings);
    const quota = { limits: { "S3.PutObject": tokenBucket({ refillRate: 0.1, burst: 1 }) } };
    const limited = createS3Api("prod", { ...options, ...ours(), endpoint: fresh.url, quota });
    expect(await twice((n) => aws.write(limited, `2026/${n}`))).toEqual(["written", expect.stringMatching(notSent)]);
    expect(fresh.ledger.entries()).toHaveLength(1);
    await limited.close();
    expect(await aws.service({ ...options, ...ours(), endpoint: fresh.url })).toBe("a,b");
  });

  it("Keycloak", async ({ expect }) => {
    const settings = { realms: ["shop"], limit: { perSecond: 0.1, burst: 2 } };
    await using server = await startKeycloakSimulator(settings);
    const plain = new KeycloakApi("main", { baseUrl: server.url, registry: new Registry() });
    const auth = { grantType: "client_credentials", clientId: "any", clientSecret: "any" } as const;
    await plain.auth(auth);
    expect(await twice(() => keycloak.count(plain, "shop"))).toEqual(["6 clients", "refused with 429"]);
    await using fresh = await startKeycloakSimulator(settings);
    const quota = { global: { refillRate: 0.1, burst: 2 } };
    await using limited = createKeycloakApi("main", { ...ours(), baseUrl: fresh.url, auth, quota });
    expect(await twice(() => keycloak.count(limited, "shop"))).toEqual(["6 clients", expect.stringMatching(notSent)]);
    expect(fresh.ledger.entries()).toHaveLength(2);
  });

  it("Keycloak that is down, which is left alone after five failures", async ({ expect }) => {
    await using server = await startKeycloakSimulator({ realms: ["shop"] });
    const auth = { grantType: "client_credentials", clientId: "any", clientSecret: "any" } as const;
    await using limited = createKeycloakApi("down", { ...ours(), baseUrl: server.url, auth, retry: false });
    await keycloak.count(limited, "shop");
    server.down({ status: 503 });
    for (let n = 0; n < 5; n += 1) expect(await keycloak.count(limited, "shop")).toBe("refused with 503");
    server.ledger.clear();
    expect(await keycloak.count(limited, "shop")).toBe("not sent, the server is down");
    expect(server.ledger.entries()).toEqual([]);
  });

  it("Kubernetes", async ({ expect }) => {
    const settings = { pods: 3, limit: { perSecond: 1, burst: 1 }, speed: 0.1 };
    await using server = await startKubernetesSimulator(settings);
    const plain = new KubernetesApi("main", configOf(server), { registry: new Registry() });
    expect(await twice(() => kubernetes.pods(plain, "default"))).toEqual(["3 pods", "refused with 429"]);
    await using fresh = await startKubernetesSimulator(settings);
    const quota = { refillRate: 0.1, burst: 1 };
    await using limited = createKubernetesApi("main", { ...ours(), kubeConfig: configOf(fresh), quota });
    expect(await twice(() => kubernetes.pods(limited, "default"))).toEqual(["3 pods", expect.stringMatching(notSent)]);
    expect(fresh.ledger.entries()).toHaveLength(1);
  });
});

it("a fetch of one's own answers as fetch does, and says when there is room", async ({ expect }) => {
  const log = vi.spyOn(console, "log").mockImplementation(() => {});
  await using server = await startKubernetesSimulator();
  const said = await ask(server.url, ours());
  expect(said).toEqual(["401", "401", expect.stringMatching(notSent)]);
  expect(log.mock.calls.flat().join("\n")).toContain("GET /invoices/{id}");
  log.mockRestore();
});

function configOf(server: { kubeConfig(): string }): KubeConfig {
  const kubeConfig = new KubeConfig();
  kubeConfig.loadFromString(server.kubeConfig());
  return kubeConfig;
}
