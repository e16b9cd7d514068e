import { execFile } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import config from "../../docs/.vitepress/config.js";
import { docsFolder, pageGroups, sidebar, titleOf } from "../../docs/.vitepress/pages.js";
import { renderPage } from "../../docs/.vitepress/render-page.js";
import { repositoryAddress } from "../../docs/.vitepress/repository.mjs";

const root = fileURLToPath(new URL("../../", import.meta.url));
const folder = mkdtempSync(join(tmpdir(), "sluice-site-"));
const build = (...args: string[]): Promise<unknown> =>
  promisify(execFile)(process.execPath, [join(root, "scripts/build-docs.mjs"), "--out", folder, ...args], {
    env: { ...process.env, GITHUB_SERVER_URL: "https://host.example", GITHUB_REPOSITORY: "owner/sluice" },
  });
const built = (file: string): string => readFileSync(join(folder, file), "utf8");

afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe("the tree of the site", () => {
  const listed = pageGroups.flatMap(({ pages }) => pages);
  const there = readdirSync(docsFolder, { recursive: true, encoding: "utf8" })
    .filter((file) => file.endsWith(".md") && !/^(node_modules|reference|\.vitepress)\b/.test(file))
    .map((file) => file.replace(/\.md$/, ""));

  it("lists every page, and none that is not there", () => {
    expect(listed.toSorted()).toEqual(there.filter((page) => page !== "index").toSorted());
  });

  it("lists none twice, by the title it has", () => {
    expect(new Set(listed).size).toBe(listed.length);
    for (const { items } of sidebar())
      for (const { text, link } of items) expect(titleOf(readFileSync(`${docsFolder}${link}.md`, "utf8"))).toBe(text);
  });

  it("is where the site's own navigation leads", () => {
    const { nav } = config.themeConfig ?? {};
    const links = nav?.flatMap((item) => ("link" in item && item.link !== undefined ? [String(item.link)] : [])) ?? [];
    expect(links.filter((link) => !listed.includes(link.slice(1)))).toEqual(["/reference/index.html"]);
  });
});

describe("a link that leaves the site", () => {
  const page = "[a](../../packages/core/README.md#errors), [b](../../examples) and [c](../lifecycle.md)";

  it("leads to the repository, file or folder", async () => {
    const html = await renderPage("concepts/one.md", page, "https://host.example/owner/sluice");
    expect(html).toContain('href="https://host.example/owner/sluice/blob/main/packages/core/README.md#errors"');
    expect(html).toContain('href="https://host.example/owner/sluice/tree/main/examples"');
    expect(html).toContain('href="./../lifecycle"');
  });

  it("is text where nobody knows the repository's address", async () => {
    const html = await renderPage("concepts/one.md", page, undefined);
    expect(html).toContain("<span>a</span>, <span>b</span> and <a");
  });

  it("takes the address from package.json, else from who builds", () => {
    const env = { GITHUB_SERVER_URL: "https://host.example", GITHUB_REPOSITORY: "owner/sluice" };
    expect(repositoryAddress(env, {})).toBe("https://host.example/owner/sluice");
    expect(repositoryAddress(env, { repository: { url: "git+https://host.example/a/b.git" } })).toBe(
      "https://host.example/a/b",
    );
    expect(repositoryAddress({}, {})).toBeUndefined();
  });
});

describe("the site", { timeout: 120_000 }, () => {
  beforeAll(() => build("--only", "site"), 120_000);

  it("has every page, and none of what is not one", () => {
    for (const { pages } of pageGroups) for (const page of pages) expect(built(`${page}.html`)).toContain("<h1");
    expect(built("index.html")).toContain("One quota, a whole fleet");
    expect(readdirSync(folder)).not.toContain("node_modules");
    expect(readdirSync(folder)).not.toContain("snippets");
  });

  it("shows the sidebar with its groups on a page", () => {
    const page = built("lifecycle.html");
    for (const { text, items } of sidebar()) {
      expect(page).toContain(text);
      for (const { link } of items) expect(page).toContain(`href="${link}"`);
    }
  });

  it("can be searched without a server", () => {
    const index = readdirSync(join(folder, "assets/chunks")).filter((file) => file.includes("localSearchIndex"));
    expect(index).toHaveLength(1);
    expect(built(`assets/chunks/${index[0]}`)).toContain("getting-started");
  });

  it("leads to the repository where a page links to what is outside, and to its own pages otherwise", () => {
    expect(built("dashboards.html")).toContain(
      'href="https://host.example/owner/sluice/tree/main/packages/telemetry/dashboards"',
    );
    expect(built("alerts.html")).toContain(
      'href="https://host.example/owner/sluice/blob/main/packages/telemetry/alerts/sluice.rules.yaml"',
    );
    expect(built("scale.html")).toContain('href="https://host.example/owner/sluice/blob/main/docs/scale/scale.json"');
    expect(built("breaker.html")).toContain('href="./metrics"');
  });

  it("gives headings the anchors they have in the repository", () => {
    expect(built("alerts.html")).toContain('id="sluicestoreaway"');
  });
});

describe("the reference", { timeout: 120_000 }, () => {
  it("names modules as they are imported, from doc comments, without a warning", async () => {
    await build("--only", "reference", "--package", "core");
    const modules = readdirSync(join(folder, "reference/modules"));
    expect(modules).toEqual(["_sluice_core.html", "_sluice_core_fetch.html", "_sluice_core_testing.html"]);
    expect(built("reference/modules/_sluice_core.html")).toContain("@sluice/core");
    expect(built("reference/functions/_sluice_core.createHookChain.html")).toContain("Makes a hook chain.");
    expect(built("reference/functions/_sluice_core.createHookChain.html")).toContain(
      "https://host.example/owner/sluice/blob/main/packages/core/src/hooks/hook-chain.ts#L",
    );
  });
});
