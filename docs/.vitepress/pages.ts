// The tree of the site: which pages there are, in which order and under which heading. The sidebar is made from it.

import { existsSync, readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

/** The folder of the pages. */
export const docsFolder: string = fileURLToPath(new URL("../", import.meta.url));

/** A heading of the sidebar and its pages: paths from docs/ without `.md`. */
export interface PageGroup {
  readonly text: string;
  readonly pages: readonly string[];
}

/** An entry as VitePress takes it. */
export interface SidebarItem {
  readonly text: string;
  readonly link: string;
}

/** A heading with its entries. */
export interface SidebarGroup {
  readonly text: string;
  readonly collapsed: boolean;
  readonly items: SidebarItem[];
}

/** Every page but the home page. Decisions are listed from their folder, the latest first. */
export const pageGroups: readonly PageGroup[] = [
  { text: "Start", pages: ["getting-started", "compatibility"] },
  { text: "Concepts", pages: inFolder("concepts", "hooks waiting shared-quotas outages") },
  { text: "Vendors", pages: inFolder("vendors", "slack github gitlab aws keycloak kubernetes any-api") },
  {
    text: "Outbound",
    pages: inFolder(
      "features",
      "rate-limits strategies retry-and-backoff breaker concurrency leases locks bandwidth custom-limits",
    ),
  },
  {
    text: "Inbound and policies",
    pages: inFolder("features", "policies reputation overrides emergency audit inbound load-shedding"),
  },
  {
    text: "See and steer",
    pages: inFolder("features", "metrics tracing-and-logs inspect command-line simulators"),
  },
  { text: "Deep dives", pages: ["lifecycle", "limiter", "guards", "breaker"] },
  {
    text: "Operations",
    pages: inFolder("operations", "redis sentinel-and-cluster rights runbooks emergency-procedures staged-roll-out"),
  },
  { text: "Reference", pages: ["metrics", "alerts", "dashboards", "dashboard", "faults", "scale", "mutation"] },
  {
    text: "Migration",
    pages: inFolder("migration", "bare-sdks plugin-throttling bottleneck rate-limiter-flexible express-rate-limit"),
  },
  { text: "Decisions", pages: decisions() },
];

/** The sidebar: the groups with the titles of their pages. A page that is not there has no entry. */
export function sidebar(groups: readonly PageGroup[] = pageGroups, folder: string = docsFolder): SidebarGroup[] {
  return groups.map(({ text, pages }, index) => ({
    text,
    collapsed: index > 1,
    items: pages.flatMap((page) => {
      const file = `${folder}/${page}.md`;
      return existsSync(file) ? [{ text: titleOf(readFileSync(file, "utf8")) ?? page, link: `/${page}` }] : [];
    }),
  }));
}

/** The text of the first heading of the first level, without its marks. */
export function titleOf(markdown: string): string | undefined {
  return /^# (.+)$/m.exec(markdown)?.[1]?.replaceAll("`", "");
}

function inFolder(folder: string, names: string): string[] {
  return names.split(" ").map((name) => `${folder}/${name}`);
}

function decisions(): string[] {
  const records = readdirSync(`${docsFolder}/decisions`).filter((file) => file.endsWith(".md"));
  return records
    .toSorted()
    .toReversed()
    .map((file) => `decisions/${file.slice(0, -".md".length)}`);
}
