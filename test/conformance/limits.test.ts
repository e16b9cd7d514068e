import * as snippets from "../../docs/snippets/inspect.js";
import type { ApiLimits, LimitsSight } from "@sluice/kit";
import { describe, expect, it } from "vitest";
import { answersOf, client, newAccount, newRegistry, serve } from "./rig.js";
import type { FactoryOptions, Vendor } from "./vendor.js";
import { aws, awsDynamodb } from "./vendors/aws.js";
import { github } from "./vendors/github.js";
import { gitlab } from "./vendors/gitlab.js";
import { keycloak } from "./vendors/keycloak.js";
import { kubernetes } from "./vendors/kubernetes.js";
import { slack } from "./vendors/slack.js";

/** How a vendor's limits are asked about. */
interface Row {
  readonly vendor: Vendor<object>;
  /** Names that mean the call which `vendor.read` makes; the first is that of metrics. */
  readonly names: readonly [string, ...string[]];
  /** Its arguments. */
  readonly args: unknown;
  /** A name with a mistake in it, and the right one. */
  readonly mistyped: readonly [string, string];
}

const rows: readonly Row[] = [
  {
    vendor: slack,
    names: ["users.info", "Users.Info"],
    args: { user: "U1" },
    mistyped: ["chat.postMesage", "chat.postMessage"],
  },
  {
    vendor: github,
    names: ["GET /repos/{owner}/{repo}", "repos.get", "rest.repos.get", "get /repos/o/r"],
    args: { owner: "o", repo: "r" },
    mistyped: ["repos.gte", "repos.get"],
  },
  {
    vendor: gitlab,
    names: ["Projects.show", "projects.show"],
    args: [1],
    mistyped: ["Project.all", "Projects.all"],
  },
  {
    vendor: aws,
    names: ["S3.GetObject", "s3.GetObject", "GetObject", "GetObjectCommand", "getObject"],
    args: { Bucket: "bucket", Key: "key" },
    mistyped: ["PutObjct", "PutObject"],
  },
  {
    vendor: awsDynamodb,
    names: ["DynamoDB.GetItem", "GetItemCommand", "dynamodb.getItem"],
    args: { TableName: "table", Key: { id: { S: "1" } } },
    mistyped: ["DynamoDB.Qery", "DynamoDB.Query"],
  },
  { vendor: keycloak, names: ["realms.find"], args: undefined, mistyped: ["users.fnd", "users.find"] },
  {
    vendor: kubernetes,
    names: ["CoreV1Api.readNode", "readNode", "CoreV1Api.readNodeWithHttpInfo"],
    args: { name: "n" },
    mistyped: ["CoreV1Api.listNamespacePod", "CoreV1Api.listNamespacedPod"],
  },
] as unknown as readonly Row[];

type Asked = { limits(): ApiLimits };

/** With the vendor's own quota, whatever the suite's usual client does without. */
async function setup(vendor: Vendor<object>, options: Partial<FactoryOptions> = {}) {
  const server = await serve(answersOf(vendor));
  const api = client(vendor, server.origin, { quota: undefined, ...options });
  return { server, api, limits: (api as unknown as Asked).limits() };
}

/** Without what passes with time. */
function still({ buckets }: LimitsSight): object[] {
  return buckets.map(({ bucket, left, waiting }) => ({ bucket, left, waiting }));
}

describe.each(rows.map((row) => [row.names[0], row] as const))("%s", (_name, row) => {
  const { vendor, names, args, mistyped } = row;

  it("is explained by limits with figures, scope and the source they come from", async () => {
    const { limits } = await setup(vendor);
    const explained = limits.explain(names[0], args);
    expect(explained).toMatchObject({ provider: vendor.provider, operation: names[0], enforcement: "enforce" });
    expect(explained.limits.length).toBeGreaterThan(0);
    const sourced = explained.limits.filter(({ source }) => source !== null);
    expect(sourced.length).toBeGreaterThan(0);
    for (const { words, bucket, source, scope } of sourced) {
      expect(source?.asOf).toMatch(/20\d\d/);
      expect(source?.url ?? "https://").toMatch(/^https:\/\/[^<>]*$/);
      for (const part of [words, bucket, scope ?? "", source?.title ?? ""]) expect(explained.text).toContain(part);
    }
    expect(explained.text).toContain("default figures");
    expect(`${explained}`).toBe(explained.text);
    expect(JSON.parse(JSON.stringify(explained))).toEqual({ ...explained });
  });

  it("is one call under each of its names", async () => {
    const { limits } = await setup(vendor);
    const [first, ...others] = names.map((name) => limits.explain(name, args));
    for (const other of others) expect(other).toEqual(first);
  });

  it("takes from the very buckets that its explanation names, and from no others", async () => {
    const { api, limits } = await setup(vendor);
    await vendor.read(api);
    const { buckets } = await limits.inspect();
    // The namespace of a caller who is none is nobody's.
    const explained = limits.explain(names[0], args).limits.filter(({ needs }) => needs.length === 0);
    expect(buckets.map(({ bucket }) => bucket).toSorted()).toEqual(explained.map(({ bucket }) => bucket).toSorted());
    for (const one of buckets) expect(one).toMatchObject({ provider: vendor.provider, mode: "memory" });
    expect(buckets[0]?.account).toBe(limits.explain(names[0], args).account);
  });

  it("is looked at without spending anything, asked about before or not", async () => {
    const { api, server, limits } = await setup(vendor);
    const before = await limits.inspect({ operation: names[0], args });
    expect(before.buckets.map(({ fill }) => fill)).toEqual(before.buckets.map(() => 1));
    for (let look = 0; look < 50; look += 1) await limits.inspect({ operation: names[0], args });
    expect(still(await limits.inspect({ operation: names[0], args }))).toEqual(still(before));
    expect((await limits.inspect()).buckets).toEqual([]);
    expect(server.received).toEqual([]);
    await vendor.read(api);
    const after = await limits.inspect({ operation: names[0], args });
    expect(after.waiting).toEqual({ count: 0, longestWaitMs: 0, calls: [] });
    expect(after.buckets.map(({ bucket }) => bucket).toSorted()).toEqual(
      before.buckets.map(({ bucket }) => bucket).toSorted(),
    );
  });

  it("is a ConfigError when its name is mistyped, which says the right one", async () => {
    const { limits } = await setup(vendor);
    const [wrong, right] = mistyped;
    const refused = { code: "CONFIG_INVALID", option: "operation", message: expect.stringContaining(right) as string };
    expect(() => limits.explain(wrong)).toThrow(expect.objectContaining(refused));
    await expect(limits.inspect({ operation: wrong })).rejects.toMatchObject(refused);
    for (const odd of ["", " ", 7, undefined, null, {}])
      expect(() => limits.explain(odd as never)).toThrow(expect.objectContaining({ option: "operation" }));
  });

  it("is limited by nothing in a client that is constructed plainly, which says so", async () => {
    const server = await serve(answersOf(vendor));
    const plain = vendor.plain(newAccount(), server.origin, { registry: newRegistry() }) as unknown as Asked;
    const explained = plain.limits().explain(names[0], args);
    expect(explained).toMatchObject({ operation: names[0], limits: [], enforcement: "disabled" });
    expect(explained.text).toMatch(/^Nothing limits .* constructed plainly/);
    expect(await plain.limits().inspect()).toMatchObject({ buckets: [], enforcement: "disabled" });
    expect(() => plain.limits().explain(mistyped[0])).toThrow(expect.objectContaining({ option: "operation" }));
  });

  it("follows a quota function of the user's own, and knows no source for it", async () => {
    const own = { bucket: "mine", limit: { kind: "tokenBucket", refillRate: 3, burst: 7 }, cost: 2 } as const;
    const { limits } = await setup(vendor, { quota: () => [own] });
    const [limit] = limits.explain(names[0], args).limits;
    expect(limit).toMatchObject({ bucket: "mine", cost: 2, source: null, setBy: { by: "quota" } });
    expect(limits.explain(names[0]).text).toContain("quota function of your own");
  });

  it("says when the mode holds nobody up", async () => {
    const { api, limits } = await setup(vendor);
    api.mode = "shadow";
    expect(limits.explain(names[0], args)).toMatchObject({ enforcement: "shadow" });
    expect(limits.explain(names[0], args).text).toContain("The mode is shadow");
    expect((await limits.inspect()).enforcement).toBe("shadow");
  });

  it("stands in a list of all operations, each of which is explained", async () => {
    const { limits } = await setup(vendor);
    const all = limits.all();
    expect(all.length).toBeGreaterThan(30);
    expect(all.map(({ operation }) => operation)).toContain(names[0]);
    for (const one of all) {
      expect(one.text).toContain(one.operation);
      for (const { words } of one.limits) expect(words).not.toMatch(/NaN|undefined|null|Infinity/);
      expect(one.text).not.toMatch(/undefined|NaN|\[object/);
    }
  });

  it("shows nothing secret", async () => {
    const { limits } = await setup(vendor);
    const shown = [JSON.stringify(limits.all()), JSON.stringify(await limits.inspect())].join("\n");
    expect(shown).not.toContain(vendor.secret);
  });

  it("stands beside the SDK's own members, none of which is called limits", () => {
    const names_ = new Set<string>();
    const sdk: object = vendor.sdk("http://127.0.0.1:1") as object;
    for (let at: object | null = sdk; at !== null; at = Object.getPrototypeOf(at) as object | null)
      for (const name of Object.getOwnPropertyNames(at)) names_.add(name);
    expect(names_.size).toBeGreaterThan(10);
    expect(names_.has("limits")).toBe(false);
  });
});

describe("what the docs show of asking", () => {
  it("a limiter", async () => {
    expect(await snippets.ofLimiter()).toEqual(["reports: 150 of 600 left, 0 wait, next in 0 ms (memory)"]);
  });

  it.each([
    ["slack", () => snippets.ofSlack("xoxb-docs"), "one for each channel"],
    ["github", () => snippets.ofGitHub("ghp_docs"), "Bucket content; the request takes one token"],
    ["gitlab", () => snippets.ofGitLab("glpat-docs"), "Bucket pipelineCreation:42"],
    ["aws", () => snippets.ofAws(), "Published: 3500 in 1 s"],
    ["keycloak", () => snippets.ofKeycloak("http://127.0.0.1:1"), "Bucket namespace:team-a"],
    ["kubernetes", () => snippets.ofKubernetes(), "5 per second, at most 10 at once"],
  ])("%s", async (_provider, run, words) => {
    expect(await run()).toContain(words);
  });
});
