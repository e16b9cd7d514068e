import { createMarkdownRenderer, disposeMdItInstance } from "vitepress";
import { outsideLinks } from "./outside-links.js";
import { docsFolder } from "./pages.js";

/** A page's HTML as the site makes it, with a repository at that address or at none. For tests. */
export async function renderPage(page: string, text: string, address: string | undefined): Promise<string> {
  // It keeps the first it made, with the first options.
  disposeMdItInstance();
  const md = await createMarkdownRenderer(docsFolder, { config: (plain) => void plain.use(outsideLinks, { address }) });
  return md.render(text, { path: `${docsFolder}${page}`, relativePath: page, cleanUrls: true });
}
