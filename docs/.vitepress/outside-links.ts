// Pages are read in the repository too, so what they link to outside the site is a relative path. On the site such a link
// leads to the repository; where its address is not known the words stay and are no link, since a wrong one is worse than none.

import { statSync } from "node:fs";
import { dirname, join, posix } from "node:path";
import { type MarkdownRenderer } from "vitepress";
import { repositoryFolder } from "./repository.mjs";

/** A markdown-it plugin for pages that lie in a folder of the repository. */
export function outsideLinks(md: MarkdownRenderer, options: { readonly address: string | undefined }): void {
  md.core.ruler.push("outside-links", (state) => {
    const page = pageOf(state.env);
    if (page === undefined) return;
    for (const { children } of state.tokens) {
      let dropped = false;
      for (const token of children ?? []) {
        if (token.type === "link_open") {
          const file = outside(page, token.attrGet("href") ?? "");
          dropped = file !== undefined && options.address === undefined;
          if (file !== undefined && options.address !== undefined)
            token.attrSet("href", addressOf(options.address, file));
        }
        if (dropped && (token.type === "link_open" || token.type === "link_close")) {
          token.type = token.type.replace("link", "outside");
          token.tag = "span";
          token.attrs = null;
        }
      }
    }
  });
}

/** The page's path from docs/, as VitePress tells it. */
function pageOf(env: unknown): string | undefined {
  return (env as { readonly relativePath?: string } | undefined)?.relativePath;
}

/** What a page links to, as a path from the top of the repository, unless that is a page of the site, an anchor or an address. */
function outside(page: string, href: string): string | undefined {
  if (href.startsWith("#") || href.startsWith("/") || /^[a-z][a-z\d+.-]*:/i.test(href)) return undefined;
  const [path = "", ...rest] = href.split(/(?=[#?])/);
  const file = posix.join("docs", dirname(page), decodeURI(path));
  const served = file.startsWith("docs/") && path.endsWith(".md");
  return served ? undefined : file.replace(/\/$/, "") + rest.join("");
}

function addressOf(address: string, file: string): string {
  const [path = ""] = file.split(/[#?]/);
  const folder = statSync(join(repositoryFolder, path), { throwIfNoEntry: false })?.isDirectory() ?? false;
  return `${address}/${folder ? "tree" : "blob"}/main/${file}`;
}
