import { spawnSync } from "node:child_process";
import { randomUUID } from "node:crypto";
import { mkdtempSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { type BrowserContext, chromium, type Page } from "playwright-core";

/** Finds the browser, or says how to get one. */
const finder = fileURLToPath(new URL("../../../../scripts/ensure-chromium.mjs", import.meta.url));

/** Where pictures of the page are kept. */
const pictures = fileURLToPath(new URL("../../../../test-results/dashboard/", import.meta.url));

/** A browser with an empty profile, which asks nothing of anybody by itself. */
export interface Browser extends AsyncDisposable {
  readonly context: BrowserContext;
}

/** Starts the system's Chromium. @throws Error when there is none: it is never done without. */
export async function startBrowser(): Promise<Browser> {
  const path = chromiumPath();
  const profile = mkdtempSync(join(tmpdir(), "sluice-browser-"));
  const context = await chromium.launchPersistentContext(profile, {
    executablePath: path,
    headless: true,
    viewport: { width: 1360, height: 900 },
    // Fades and glides cost a software renderer more than everything else.
    reducedMotion: "reduce",
    args: [
      "--no-sandbox",
      "--disable-gpu",
      "--disable-quic",
      "--no-first-run",
      "--disable-background-networking",
      "--disable-component-update",
      "--disable-sync",
    ],
  });
  return {
    context,
    async [Symbol.asyncDispose]() {
      await context.close();
      rmSync(profile, { recursive: true, force: true });
    },
  };
}

function chromiumPath(): string {
  const env = { ...process.env, SLUICE_NO_INSTALL: "1" };
  const { stdout, stderr } = spawnSync(process.execPath, [finder], { encoding: "utf8", env });
  const path = /^Chromium: (.+), version /m.exec(stdout)?.[1];
  if (path === undefined)
    throw new Error(`no Chromium: run \`node scripts/ensure-chromium.mjs\`, which installs one\n${stderr}`);
  return path;
}

/** Keeps a picture of the page as an output of the test. @param fullPage - also what is below the screen. */
export async function picture(page: Page, name: string, fullPage = false): Promise<void> {
  mkdirSync(pictures, { recursive: true });
  await page.screenshot({ path: join(pictures, `${name}.png`), fullPage, animations: "disabled" });
}

/** Notes which parts of its scripts a page runs, where a run of the tests asks for it. Returns the way to write it down. */
export async function watchCoverage(page: Page): Promise<() => Promise<void>> {
  const folder = process.env["SLUICE_BROWSER_COVERAGE"];
  if (folder === undefined) return async () => {};
  await page.coverage.startJSCoverage({ resetOnNavigation: false });
  return async () => {
    const scripts = await page.coverage.stopJSCoverage();
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, `${randomUUID()}.json`), JSON.stringify(scripts));
  };
}
