import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it, onTestFinished } from "vitest";
import { askAddresses, type BrokenLink, checkLinks } from "../../scripts/check-links.mjs";

const root = fileURLToPath(new URL("../../", import.meta.url));

describe("the links of the pages", () => {
  it("lead to files and headings that are there", async () => {
    const { pages, links, problems } = await checkLinks(root);
    expect(problems).toEqual([]);
    expect(pages).toBeGreaterThan(45);
    expect(links).toBeGreaterThan(100);
  });
});

describe("the check", () => {
  it("finds a file that is not there, with page and line", async () => {
    const problems = await problemsOf({ "docs/one.md": "# One\n\nSee [two](two.md) and [one](one.md).\n" });
    expect(problems).toEqual([{ page: "docs/one.md", line: 3, link: "two.md", why: "there is no docs/two.md" }]);
  });

  it("finds an anchor that no heading has, in another page and in the same", async () => {
    const problems = await problemsOf({
      "docs/one.md": "# One\n\n[good](two.md#what-it-is)\n[bad](two.md#what-it-was)\n[here](#none)\n",
      "docs/two.md": "# Two\n\n## What it is\n",
    });
    expect(problems.map(({ link, why }) => [link, why])).toEqual([
      ["two.md#what-it-was", "docs/two.md has no heading for #what-it-was"],
      ["#none", "docs/one.md has no heading for #none"],
    ]);
  });

  it("makes anchors as the repository's host does: punctuation is dropped, a second heading gets a number", async () => {
    const problems = await problemsOf({
      "docs/one.md": [
        "# One",
        "## `redis://`, and what else?",
        "## Twice",
        "## Twice",
        '<a id="by-hand"></a>',
        "[a](#redis-and-what-else) [b](#twice-1) [c](#by-hand)",
      ].join("\n\n"),
    });
    expect(problems).toEqual([]);
  });

  it("finds links in tables, images, HTML and the home page, and none in code", async () => {
    const problems = await problemsOf({
      "docs/index.md": "---\nlayout: home\nhero:\n  actions:\n    - link: /nowhere\n---\n\n![a](a.svg)\n",
      "docs/one.md": '| a |\n| - |\n| [b](b.md) |\n\n<img src="c.png">\n\n`[d](d.md)`\n\n```md\n[e](e.md)\n```\n',
    });
    expect(problems.map(({ page, line, link }) => `${page}:${line} ${link}`)).toEqual([
      "docs/index.md:1 /nowhere",
      "docs/index.md:8 a.svg",
      "docs/one.md:3 b.md",
      "docs/one.md:5 c.png",
    ]);
  });

  it("refuses paths from the top and out of the repository, and reads the READMEs", async () => {
    const problems = await problemsOf({
      "docs/one.md": "[top](/two) [out](../../other.md) [folder](../packages/a) [anchor](../packages/a#use)",
      "packages/a/README.md": "# A\n\n## Use\n\n[none](none.md)",
    });
    expect(problems.map(({ page, link }) => `${page} ${link}`)).toEqual([
      "packages/a/README.md none.md",
      "docs/one.md /two",
      "docs/one.md ../../other.md",
    ]);
  });

  it("lists addresses outside once, with their places, and none of this machine or of examples", async () => {
    const folder = await repositoryOf({
      "docs/one.md":
        "[a](https://sluice-links.org/x#y) <https://sluice-links.org/x> [b](http://127.0.0.1:1/) [c](https://api.example.com)",
    });
    const { addresses, links } = await checkLinks(folder);
    expect(addresses).toEqual([{ address: "https://sluice-links.org/x", places: ["docs/one.md:1", "docs/one.md:1"] }]);
    expect(links).toBe(0);
  });
});

describe("asking addresses outside", () => {
  it("names those without a good answer, asks again where that may help, and never waits for long", async () => {
    const asked = new Map<string, number>();
    const url = await serve((request, response) => {
      const path = request.url ?? "";
      asked.set(path, (asked.get(path) ?? 0) + 1);
      if (path === "/hangs") return;
      const good = path === "/good" || (path === "/flaky" && asked.get(path) === 2);
      response.writeHead(good ? 200 : path === "/gone" ? 404 : 503).end();
    });
    const ask = (paths: readonly string[], timeoutMs: number) => {
      const addresses = paths.map((path) => ({ address: url + path, places: ["docs/one.md:1"] }));
      return askAddresses(addresses, { timeoutMs, attempts: 2, pauseMs: 1 });
    };
    // Those that answer have time for it.
    const bad = [...(await ask(["/good", "/gone", "/flaky", "/busy"], 10_000)), ...(await ask(["/hangs"], 200))];
    expect(bad.map(({ address, answer }) => [address.replace(url, ""), answer])).toEqual([
      ["/busy", "503"],
      ["/gone", "404"],
      ["/hangs", "TimeoutError"],
    ]);
    expect(Object.fromEntries(asked)).toEqual({ "/good": 1, "/gone": 1, "/flaky": 2, "/busy": 2, "/hangs": 2 });
  });

  it("asks only a few at a time", async () => {
    let now = 0;
    let most = 0;
    const url = await serve((_, response) => {
      now += 1;
      most = Math.max(most, now);
      setTimeout(() => {
        now -= 1;
        response.end();
      }, 20);
    });
    const addresses = Array.from({ length: 12 }, (_, index) => ({ address: `${url}/${index}`, places: [] }));
    expect(await askAddresses(addresses, { atOnce: 3 })).toEqual([]);
    expect(most).toBe(3);
  });
});

async function problemsOf(files: Record<string, string>): Promise<readonly BrokenLink[]> {
  return (await checkLinks(await repositoryOf(files))).problems;
}

async function repositoryOf(files: Record<string, string>): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "sluice-links-"));
  onTestFinished(() => rm(folder, { recursive: true }));
  for (const [name, text] of Object.entries(files)) {
    await mkdir(dirname(join(folder, name)), { recursive: true });
    await writeFile(join(folder, name), text);
  }
  return folder;
}

async function serve(listener: RequestListener): Promise<string> {
  const server = createServer(listener);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}
