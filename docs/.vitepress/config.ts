import { defineConfig } from "vitepress";
import { headingAnchor } from "./heading-anchor.mjs";
import { outsideLinks } from "./outside-links.js";
import { sidebar } from "./pages.js";
import { promql } from "./promql.js";
import { repositoryAddress } from "./repository.mjs";

const address = repositoryAddress();

export default defineConfig({
  title: "Sluice",
  description: "Call APIs with limits from a whole fleet, through the vendors' own SDKs, inside the published quota.",
  lang: "en",
  base: process.env["DOCS_BASE"] ?? "/",
  cleanUrls: true,
  lastUpdated: false,
  metaChunk: true,
  srcExclude: ["snippets/**", "scale/**", "reference/**", "node_modules/**"],
  ignoreDeadLinks: false,
  markdown: {
    anchor: { slugify: headingAnchor },
    languages: [promql],
    config: (md) => void md.use(outsideLinks, { address }),
  },
  themeConfig: {
    nav: [
      { text: "Start", link: "/getting-started" },
      { text: "Concepts", link: "/concepts/hooks" },
      { text: "Vendors", link: "/vendors/slack" },
      { text: "Operations", link: "/operations/redis" },
      // Written beside the site by scripts/build-docs.mjs, so it is none of its pages.
      { text: "Reference", link: "/reference/index.html", target: "_self", rel: "external" },
    ],
    sidebar: sidebar(),
    outline: [2, 3],
    search: { provider: "local" },
    ...(address === undefined ? {} : { socialLinks: [{ icon: "github", link: address }] }),
  },
});
