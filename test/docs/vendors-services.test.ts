import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  startGitHubSimulator,
  startGitLabSimulator,
  startKeycloakSimulator,
  startKubernetesSimulator,
} from "@sluice/simulators";
import type { S3Api } from "@sluice/aws";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import * as aws from "../../docs/snippets/vendors-aws.js";
import * as github from "../../docs/snippets/vendors-github.js";
import * as gitlab from "../../docs/snippets/vendors-gitlab.js";
import * as kubernetes from "../../docs/snippets/vendors-kubernetes.js";
import { redirect } from "./redirect.js";

let printed: unknown[][];
beforeEach(() => {
  printed = [];
  vi.spyOn(console, "log").mockImplementation((...words) => void printed.push(words));
  vi.stubEnv("REDIS_URL", "");
});
afterEach(() => {
  vi.restoreAllMocks();
  vi.unstubAllGlobals();
  vi.unstubAllEnvs();
});

/** As they stand on the page: only the environment, and what answers in the provider's place. */
describe("the service, and the plain client, of", () => {
  it("GitHub", async () => {
    await using server = await startGitHubSimulator({
      orgs: [{ login: "acme", repos: [{ name: "shop", issues: 2 }] }],
    });
    redirect("https://api.github.com", server.url);
    vi.stubEnv("GITHUB_TOKEN", "ghp_docs");
    await github.service();
    const method = "POST /repos/{owner}/{repo}/issues/{issue_number}/comments";
    expect(server.ledger.count({ method, status: 201 })).toBe(2);
    expect(await github.measured()).toBe("octocat");
  });

  it("GitLab", async () => {
    await using server = await startGitLabSimulator({ projects: 2 });
    redirect("https://gitlab.com", server.url);
    vi.stubEnv("GITLAB_TOKEN", "glpat-docs");
    await import("../../docs/snippets/gitlab.js");
    expect(server.ledger.count({ status: 201 })).toBe(2);
    expect(await gitlab.measured()).toBe("project1");
  });

  it("Keycloak", async () => {
    await using server = await startKeycloakSimulator({ realms: ["shop"] });
    vi.stubEnv("KEYCLOAK_URL", server.url);
    vi.stubEnv("KEYCLOAK_CLIENT_ID", "operator");
    vi.stubEnv("KEYCLOAK_CLIENT_SECRET", "any");
    await import("../../docs/snippets/keycloak.js");
    expect([...server.state.realms.keys()]).toContain("blog");
    redirect("https://keycloak.example.com", server.url);
    await import("../../docs/snippets/keycloak-legacy.js");
    expect(server.ledger.entries().at(-1)?.status).toBe(200);
  });

  it("Kubernetes", async () => {
    await using server = await startKubernetesSimulator({ pods: 2 });
    const folder = await mkdtemp(join(tmpdir(), "sluice-docs-"));
    try {
      await writeFile(join(folder, "config"), server.kubeConfig());
      vi.stubEnv("KUBECONFIG", join(folder, "config"));
      await import("../../docs/snippets/kubernetes.js");
      expect(printed).toHaveLength(2);
      expect(await kubernetes.measured()).toBe(2);
    } finally {
      await rm(folder, { recursive: true });
    }
  });

  it("S3, whose plain clients say that nothing limits them", () => {
    for (const client of aws.measured({ region: "eu-west-1" }) as readonly S3Api[])
      expect(client.limits().explain("PutObject").text).toContain("Nothing limits");
  });
});
