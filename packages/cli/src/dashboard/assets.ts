import { readdir, readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { icon } from "./page/icon.js";
import { page } from "./page/page.js";
import { styles } from "./page/styles.js";

/** A file of the page. */
export interface Asset {
  readonly type: string;
  readonly body: string;
}

const types = {
  html: "text/html; charset=utf-8",
  css: "text/css; charset=utf-8",
  js: "text/javascript; charset=utf-8",
  svg: "image/svg+xml",
} as const;

/** The first of the page's own modules, beside which are the others as the compiler has left them, wherever this one runs from. */
const main = new URL("../../dist/dashboard/client/main.js", import.meta.url);

/** Everything that the page loads, by path. Nothing else on this machine can be asked for. */
export async function readAssets(): Promise<ReadonlyMap<string, Asset>> {
  const packaged = createRequire(import.meta.url);
  const fromPackage = (name: string): Promise<string> => readFile(packaged.resolve(`uplot/dist/${name}`), "utf8");
  const names = (await readdir(new URL(".", main))).filter((name) => /^[a-z-]+\.js$/.test(name));
  const modules = names.map(async (name): Promise<[string, Asset]> => {
    const body = (await readFile(new URL(name, main), "utf8")).replace(/\n\/\/# sourceMappingURL=.*\s*$/, "\n");
    return [`/client/${name}`, { type: types.js, body }];
  });
  return new Map<string, Asset>([
    ["/", { type: types.html, body: page }],
    ["/styles.css", { type: types.css, body: styles }],
    ["/icon.svg", { type: types.svg, body: icon }],
    ["/uplot.js", { type: types.js, body: await fromPackage("uPlot.iife.min.js") }],
    ["/uplot.css", { type: types.css, body: await fromPackage("uPlot.min.css") }],
    ...(await Promise.all(modules)),
  ]);
}
