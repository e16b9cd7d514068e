import { generateKeyPairSync } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import {
  startGitHubSimulator,
  startGitLabSimulator,
  startKeycloakSimulator,
  startKubernetesSimulator,
  startS3Simulator,
} from "@sluice/simulators";
import { afterEach, beforeEach, describe, expect, it, onTestFinished, vi } from "vitest";
import { redirect } from "./redirect.js";

const root = fileURLToPath(new URL("../../", import.meta.url));

let printed: unknown[][];
beforeEach(() => {
  printed = [];
  vi.spyOn(console, "log").mockImplementation((...words) => void printed.push(words));
  vi.stubEnv("REDIS_URL", undefined);
});
afterEach(() => {
  vi.restoreAllMocks();
  vi.unstubAllGlobals();
  vi.unstubAllEnvs();
});

/** A file that is there for as long as the test. */
async function fileWith(text: string): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "sluice-docs-"));
  onTestFinished(() => rm(folder, { recursive: true }));
  await writeFile(join(folder, "file"), text);
  return join(folder, "file");
}

/** EC2 and DynamoDB, as far as the page asks them. */
async function startOtherServices(): Promise<{ readonly url: string; readonly asked: string[] }> {
  const asked: string[] = [];
  const server = createServer(async (request, response) => {
    let body = "";
    for await (const chunk of request) body += String(chunk);
    const target = request.headers["x-amz-target"];
    asked.push(String(target ?? new URLSearchParams(body).get("Action")));
    response.setHeader("content-type", target === undefined ? "text/xml" : "application/x-amz-json-1.0");
    response.end(
      target === undefined
        ? '<RunInstancesResponse xmlns="http://ec2.amazonaws.com/doc/2016-11-15/"><reservationId>r-1</reservationId></RunInstancesResponse>'
        : '{"Items":[],"Count":7}',
    );
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => void server.close());
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, asked };
}

/** As they stand on the page: only the environment, and what answers in the provider's place. */
describe("what the packages' pages show runs:", { timeout: 60_000 }, () => {
  it("aws", async () => {
    await using s3 = await startS3Simulator({ buckets: ["reports"] });
    const others = await startOtherServices();
    vi.stubEnv("AWS_ACCESS_KEY_ID", "any");
    vi.stubEnv("AWS_SECRET_ACCESS_KEY", "any");
    vi.stubEnv("AWS_ENDPOINT_URL_S3", s3.url);
    vi.stubEnv("AWS_ENDPOINT_URL_EC2", others.url);
    vi.stubEnv("AWS_ENDPOINT_URL_DYNAMODB", others.url);
    await import("../../docs/snippets/aws.js");
    expect(printed).toEqual([["a,b"], [7]]);
    expect(others.asked).toEqual(["RunInstances", "DynamoDB_20120810.Scan"]);
    await import("../../docs/snippets/aws-legacy.js");
    printed.length = 0;
    await import("../../docs/snippets/aws-options.js");
    expect(printed.map(([operation, status]) => [operation, status])).toEqual(
      Array.from({ length: 4 }, () => ["S3.ListBuckets", 200]),
    );
  });

  it("github", async () => {
    await using server = await startGitHubSimulator({
      orgs: [{ login: "acme", repos: [{ name: "shop", issues: 2 }] }],
    });
    redirect("https://api.github.com", server.url);
    vi.stubEnv("GITHUB_TOKEN", "ghp_docs");
    const { privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
    vi.stubEnv("GITHUB_PRIVATE_KEY", privateKey.export({ type: "pkcs8", format: "pem" }) as string);
    await import("../../docs/snippets/github.js");
    const method = "POST /repos/{owner}/{repo}/issues/{issue_number}/comments";
    expect(server.ledger.count({ method, status: 201 })).toBe(2);
    expect(printed.map(([, status]) => status)).toEqual([200, 200, 200, 200]);
  });

  it("gitlab", async () => {
    await using server = await startGitLabSimulator({
      groups: [{ name: "group", projects: [{ name: "project" }] }],
    });
    redirect("https://gitlab.example.com", server.url);
    vi.stubEnv("GITLAB_TOKEN", "glpat-docs");
    await import("../../docs/snippets/gitlab-options.js");
    expect(printed.map(([, status]) => status)).toEqual([200, 200, 200]);
    redirect("https://gitlab.com", server.url);
    await import("../../docs/snippets/gitlab-legacy.js");
    expect(server.ledger.entries()).toHaveLength(4);
  });

  it("keycloak", async () => {
    await using server = await startKeycloakSimulator({ realms: ["shop", "blog"] });
    redirect("https://keycloak.example.com", server.url);
    vi.stubEnv("OPERATOR_SECRET", "any");
    await import("../../docs/snippets/keycloak-options.js");
    expect(server.ledger.count({ status: 200 })).toBeGreaterThanOrEqual(5);
    await import("../../docs/snippets/keycloak-simulator.js");
  });

  it("kubernetes", async () => {
    await using server = await startKubernetesSimulator({ jobDurationMs: 200, namespaces: ["default", "team-a"] });
    const config = JSON.parse(server.kubeConfig()) as { "current-context": string; contexts: { name: string }[] };
    config.contexts = [...config.contexts, ...config.contexts.map((context) => ({ ...context, name: "staging" }))];
    vi.stubEnv("KUBECONFIG", await fileWith(JSON.stringify(config)));
    await import("../../docs/snippets/kubernetes-legacy.js");
    await import("../../docs/snippets/kubernetes-options.js");
    expect(printed.map(([, status]) => status)).toEqual([200, 200, 200]);
    printed.length = 0;
    await import("../../docs/snippets/kubernetes-jobs.js");
    expect(printed).toEqual([[expect.stringMatching(/^report-/), expect.anything()]]);
    expect(server.state.mostActiveJobs()).toBe(1);
  });

  it("simulators", async () => {
    await import("../../docs/snippets/simulator.js");
    expect(printed.splice(0)).toEqual([[expect.arrayContaining([expect.any(String)]), 1]]);
    // Its second stands still: a machine that holds up half of the writes for one would let all of them pass.
    const still = vi.spyOn(performance, "now").mockReturnValue(performance.now());
    await import("../../docs/snippets/simulator-s3.js");
    still.mockRestore();
    const [[written, refused] = []] = printed.splice(0) as number[][];
    expect(written).toBeGreaterThanOrEqual(50);
    expect(refused).toBeGreaterThan(0);
    await import("../../docs/snippets/simulators-github-gitlab.js");
    expect(printed.splice(0)).toEqual([
      [expect.stringContaining("API rate limit exceeded"), 2],
      [45, 3],
    ]);
    await import("../../docs/snippets/simulator-kubernetes.js");
    expect(printed).toEqual([[1, 0]]);
  });
});

it("every snippet is run by some test, or is part of one that is", () => {
  const folder = join(root, "docs/snippets");
  const tests = ["test/docs", "test/conformance", "packages"].flatMap((place) => textsOf(join(root, place)));
  const named = (name: string, texts: readonly string[]): boolean =>
    texts.some((text) => text.includes(`/${name}.js"`) || text.includes(`${name}.ts"`));
  const names = readdirSync(folder).flatMap((file) => (file.endsWith(".ts") ? file.slice(0, -3) : []));
  const snippets = names.map((name) => readFileSync(join(folder, `${name}.ts`), "utf8"));
  expect(names.length).toBeGreaterThan(60);
  expect(names.filter((name) => !named(name, tests) && !named(name, snippets))).toEqual([]);
});

/** The tests below a folder. */
function textsOf(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return entry.name === "node_modules" || entry.name === "dist" ? [] : textsOf(path);
    return entry.name.endsWith(".test.ts") ? [readFileSync(path, "utf8")] : [];
  });
}
