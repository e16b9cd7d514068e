// Checks the links of the pages: that files are there, and in them the headings that anchors name.
//
//   node scripts/check-links.mjs              links inside the repository; nothing is asked of the network
//   node scripts/check-links.mjs --external   asks every address besides, and prints a table of those that do not answer well

import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join, relative, resolve, sep } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { setTimeout as pause } from "node:timers/promises";
import { headingAnchor } from "../docs/.vitepress/heading-anchor.mjs";

const repository = fileURLToPath(new URL("../", import.meta.url));

if (process.argv[1] === fileURLToPath(import.meta.url)) await main(process.argv.slice(2));

async function main(args) {
  const { pages, links, problems, addresses } = await checkLinks(repository);
  for (const { page, line, link, why } of problems) console.error(`${page}:${line}: ${link}: ${why}`);
  console.log(
    `${pages} pages, ${links} links inside, ${problems.length} broken; ${addresses.length} addresses outside`,
  );
  if (problems.length > 0) process.exitCode = 1;
  if (!args.includes("--external")) return;
  const bad = await askAddresses(addresses);
  console.table(
    bad.map(({ address, answer, places }) => ({ address, answer, first: places[0], times: places.length })),
  );
  console.log(`${addresses.length} asked, ${bad.length} without a good answer`);
  if (bad.length > 0) process.exitCode = 1;
}

/** Every link of the pages of a repository: those inside that lead nowhere, and the addresses outside with their places. */
export async function checkLinks(root) {
  const read = await reader();
  const pages = pagesOf(root);
  const known = new Map();
  const anchorsOf = (file) => {
    if (!known.has(file)) known.set(file, read(file, readFileSync(file, "utf8")));
    return known.get(file).anchors;
  };
  const problems = [];
  const places = new Map();
  let links = 0;
  for (const page of pages) {
    const file = join(root, page);
    anchorsOf(file);
    for (const { href, line, ofSite } of known.get(file).links) {
      if (/^https?:/i.test(href)) {
        const [address] = href.split("#");
        places.set(address, [...(places.get(address) ?? []), `${page}:${line}`]);
        continue;
      }
      if (/^[a-z][a-z\d+.-]*:/i.test(href)) continue;
      links += 1;
      const why = ofSite ? missingPage(root, href) : missing(root, file, href, anchorsOf);
      if (why !== undefined) problems.push({ page, line, link: href, why });
    }
  }
  const addresses = [...places]
    .map(([address, at]) => ({ address, places: at }))
    .filter(({ address }) => isReal(address));
  return { pages: pages.length, links, problems, addresses };
}

function pagesOf(root) {
  const docs = readdirSync(join(root, "docs"), { recursive: true })
    .filter((file) => file.endsWith(".md") && !/(^|\/)(node_modules|\.vitepress)\//.test(file.split(sep).join("/")))
    .map((file) => `docs/${file}`);
  const readmes = ["packages", "examples"].flatMap((folder) =>
    existsSync(join(root, folder)) ? readdirSync(join(root, folder)).map((name) => `${folder}/${name}/README.md`) : [],
  );
  const others = ["README.md", "CONTRIBUTING.md", "examples/README.md", ...readmes];
  return [...others.filter((file) => existsSync(join(root, file))), ...docs.toSorted()];
}

/** Reads a page's links and anchors with the parser of the site, which is VitePress's. */
async function reader() {
  const ofDocs = createRequire(join(repository, "docs/package.json"));
  const { createMarkdownRenderer, disposeMdItInstance } = await import(pathToFileURL(ofDocs.resolve("vitepress")).href);
  const options = { anchor: { slugify: headingAnchor }, highlight: (code) => code };
  // It keeps the first it made, with the first options.
  disposeMdItInstance();
  const md = await createMarkdownRenderer(join(repository, "docs"), options, "/", { warn() {} });
  // Rendering changes what links say, so they are read before.
  md.core.ruler.push("keep-links", ({ env, tokens }) => void (env.found = collect(tokens)));
  return (file, text) => {
    const env = { path: file, relativePath: relative(repository, file), cleanUrls: true };
    md.render(text, env);
    const above = text.split("\n").length - (env.content ?? text).split("\n").length;
    const links = env.found.links.map(({ href, line }) => ({ href, line: line + above + 1 }));
    return { links: [...ofFrontmatter(env.frontmatter ?? {}), ...links], anchors: env.found.anchors };
  };
}

/** Links with their lines, counted from 0, and anchors of a page. */
function collect(tokens) {
  const links = [];
  const anchors = new Set();
  let line = 0;
  const visit = (token) => {
    line = token.map?.[0] ?? line;
    if (token.type === "image") links.push({ href: token.attrGet("src"), line });
    // Headings link to themselves.
    if (token.type === "link_open" && token.attrGet("class") !== "header-anchor")
      links.push({ href: token.attrGet("href"), line });
    if (token.type === "heading_open") anchors.add(token.attrGet("id"));
    if (token.type === "html_block" || token.type === "html_inline") {
      for (const [, id] of token.content.matchAll(/\s(?:id|name)="([^"]+)"/g)) anchors.add(id);
      for (const [, href] of token.content.matchAll(/\s(?:href|src)="([^"]+)"/g)) links.push({ href, line });
    }
    for (const child of token.children ?? []) visit(child);
  };
  for (const token of tokens) visit(token);
  return { links, anchors };
}

/** Links of the home page, which stand before its text. */
function ofFrontmatter(value) {
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([name, part]) =>
    name === "link" && typeof part === "string" ? [{ href: part, line: 1, ofSite: true }] : ofFrontmatter(part),
  );
}

function missingPage(root, href) {
  const page = `docs${href}.md`;
  return existsSync(join(root, page)) ? undefined : `there is no ${page}`;
}

/** Why a link from a file leads nowhere, or undefined. */
function missing(root, from, href, anchorsOf) {
  const [path, anchor] = href.split("#");
  if (path.startsWith("/")) return "a path from the top does not work in the repository: write it from this page";
  const target = path === "" ? from : resolve(dirname(from), decodeURI(path));
  if (relative(root, target).startsWith("..")) return "leads out of the repository";
  if (!existsSync(target)) return `there is no ${relative(root, target)}`;
  if (anchor === undefined || anchor === "") return undefined;
  const page = statSync(target).isDirectory() ? join(target, "README.md") : target;
  if (!page.endsWith(".md") || !existsSync(page)) return "only pages have anchors";
  return anchorsOf(page).has(decodeURI(anchor)) ? undefined : `${relative(root, page)} has no heading for #${anchor}`;
}

/** Addresses of this machine and of examples are nobody's. */
function isReal(address) {
  const { hostname } = new URL(address);
  return !/^(localhost|127\.|10\.|192\.0\.2\.|\[)|(^|\.)(example(\.[a-z]+)?|test|invalid)$/.test(hostname);
}

/**
 * Asks every address, a few at a time, and returns those without a good answer. Each has its time, and is asked again after a
 * failure of the network, a refusal for its rate and an error of the server; other answers are final.
 */
export async function askAddresses(addresses, { atOnce = 8, timeoutMs = 15_000, attempts = 3, pauseMs = 2000 } = {}) {
  const waiting = [...addresses];
  const bad = [];
  const worker = async () => {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
      const answer = await ask(next.address, { timeoutMs, attempts, pauseMs });
      if (answer !== undefined) bad.push({ ...next, answer });
    }
  };
  await Promise.all(Array.from({ length: atOnce }, worker));
  return bad.toSorted((one, other) => (one.address < other.address ? -1 : 1));
}

/** What is wrong with an address, undefined for nothing. */
async function ask(address, { timeoutMs, attempts, pauseMs }) {
  for (let attempt = 1; ; attempt++) {
    const { answer, final } = await askOnce(address, timeoutMs);
    if (answer === undefined || final || attempt >= attempts) return answer;
    await pause(pauseMs * attempt);
  }
}

async function askOnce(address, timeoutMs) {
  try {
    const headers = { "user-agent": "sluice-link-check", accept: "text/html,*/*" };
    // By GET, since many servers refuse HEAD; the body is not read.
    const { ok, status, body } = await fetch(address, { headers, signal: AbortSignal.timeout(timeoutMs) });
    await body?.cancel();
    return { answer: ok ? undefined : String(status), final: status !== 429 && status < 500 };
  } catch (error) {
    return { answer: error.cause?.code ?? error.name, final: error.cause?.code === "ENOTFOUND" };
  }
}
