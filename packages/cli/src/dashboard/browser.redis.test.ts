import { createPolicyEngine } from "@sluice/policy";
import { startRedisServer } from "@sluice/test/redis-server";
import type { Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { type Started, start } from "../process.test-support.js";
import { type Browser, picture, startBrowser, watchCoverage } from "./browser.test-support.js";
import { busyFleet, hostile, hostileBucket } from "./fleet.test-support.js";

let server: Awaited<ReturnType<typeof startRedisServer>>;
let browser: Browser;
beforeAll(async () => {
  [server, browser] = await Promise.all([startRedisServer(), startBrowser()]);
}, 60_000);
afterAll(async () => {
  await browser?.[Symbol.asyncDispose]();
  await server?.stop();
});

interface Where {
  readonly url: string;
  readonly prefix: string;
}

let prefixes = 0;
function fresh(): Where {
  prefixes += 1;
  return { url: server.url, prefix: `page${prefixes}` };
}

/** Browsers are slow on a busy machine. */
const patient = { timeout: 15_000 };
const chosen = "a-token-that-somebody-chose-for-tests";

async function serve(
  { url, prefix }: Where,
  more: readonly string[] = [],
  env = {},
): Promise<{ readonly started: Started; readonly address: string }> {
  const patience = more.includes("--timeout") ? [] : ["--timeout", "10000"];
  const started = start(["dashboard", "--redis", url, "--prefix", prefix, ...patience, ...more], env);
  await expect.poll(() => started.out(), { timeout: 15_000 }).toContain("Ctrl+C");
  return { started, address: /http:\S+/.exec(started.out())?.[0] ?? "" };
}

/** The page at an address, and everything that a page should not do. */
async function visit(address: string, width = 1360): Promise<{ readonly page: Page; readonly troubles: string[] }> {
  const page = await browser.context.newPage();
  const noteCoverage = await watchCoverage(page);
  onTestFinished(async () => {
    await noteCoverage();
    await page.close();
  });
  await page.setViewportSize({ width, height: 900 });
  const troubles: string[] = [];
  page.on("console", (message) => {
    if (["error", "warning"].includes(message.type())) troubles.push(`console: ${message.text()}`);
  });
  page.on("pageerror", (error) => troubles.push(`error: ${error.message}`));
  page.on("dialog", (dialog) => troubles.push(`dialog: ${dialog.message()}`));
  page.on("request", (request) => {
    if (new URL(request.url()).origin !== new URL(address).origin) troubles.push(`request: ${request.url()}`);
  });
  await page.goto(address);
  return { page, troubles };
}

const shownHostile = hostile.replace("\u202E", String.raw`\u202e`);

describe("the dashboard in a browser", { timeout: 60_000 }, () => {
  it("shows a fleet at work as it changes, in light, dark and on a phone, and asks nobody else for anything", async () => {
    const where = fresh();
    const fleet = await busyFleet(where);
    const { address } = await serve(where);
    const { page, troubles } = await visit(address);
    await page.locator("#dashboard").waitFor();
    // The token has left the address, and is nowhere on the page or in what the tab keeps.
    const token = decodeURIComponent(address.split("#token=")[1] ?? "");
    expect(page.url()).not.toContain("token");
    expect(await page.content()).not.toContain(token);
    expect(
      await page.evaluate(() => JSON.stringify([{ ...sessionStorage }, { ...localStorage }, document.cookie])),
    ).not.toContain(token);

    const row = page.locator("#buckets tr", { hasText: "users.list" });
    await expect.poll(() => row.locator(".is-waiting").textContent(), patient).toBe("3");
    expect(await row.locator(".share").textContent()).toBe("100%");
    expect(await row.locator(".is-next").textContent()).toMatch(/^in \d+/);
    const card = page.locator(".provider", { hasText: "github" });
    for (let round = 0; round < 3; round += 1) {
      await fleet.work();
      await page.waitForTimeout(600);
    }
    const granted = async (): Promise<number> => {
      await fleet.work();
      return Number(await card.locator(".is-granted").textContent());
    };
    await expect.poll(granted, { ...patient, interval: 300 }).toBeGreaterThan(0);
    await expect.poll(() => card.locator("canvas").count(), patient).toBe(1);
    const refusals = page.locator(".provider", { hasText: "slack" }).locator(".throttled");
    await expect.poll(() => refusals.textContent(), patient).toBe("429s: 1");
    await expect.poll(() => page.locator("#breakers .chip").allTextContents(), patient).toEqual(["open", "not seen"]);
    expect(await page.locator("#chain").textContent()).toBe("intact");

    // What others wrote is text.
    const names = await page.locator("#buckets .name").allTextContents();
    expect(names).toContain(hostileBucket.replace("\u202E", String.raw`\u202e`));
    expect(await page.locator("#overrides").textContent()).toContain(`tenant ${shownHostile}`);
    expect(await page.locator("#audit").textContent()).toContain(shownHostile);
    expect(await page.locator("#dashboard img, #dashboard script").count()).toBe(0);
    expect(await page.evaluate(() => Reflect.get(window, "harmed"))).toBeUndefined();

    for (const [width, name] of [
      [1360, ""],
      [390, "phone-"],
    ] as const) {
      await page.setViewportSize({ width, height: 844 });
      for (const colorScheme of ["light", "dark"] as const) {
        await page.emulateMedia({ colorScheme });
        await fleet.work();
        await page.waitForTimeout(300);
        await picture(page, `${name}${colorScheme}`, true);
        // Nothing but tables is wider than the screen.
        expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(width);
      }
    }
    expect(troubles).toEqual([]);
  });

  it("makes a change by the keyboard alone, which is confirmed with reason and author", async () => {
    const where = fresh();
    const engine = createPolicyEngine({ redis: { ...where, commandTimeoutMs: 10_000 }, policies: [] });
    onTestFinished(() => engine.close());
    await engine.ready();
    const { address } = await serve(where);
    const { page, troubles } = await visit(address);
    await page.locator("#mode", { hasText: "enforce" }).waitFor();
    const focused = (): Promise<string> =>
      page.evaluate(() => document.activeElement?.id || document.activeElement?.textContent || "");
    const tabTo = async (id: string): Promise<void> => {
      for (let presses = 0; presses < 40 && (await focused()) !== id; presses += 1) await page.keyboard.press("Tab");
      expect(await focused()).toBe(id);
    };
    await page.keyboard.press("Tab");
    expect(await focused()).toBe("Skip to the figures");
    await page.keyboard.press("Enter");
    await expect.poll(focused, patient).toBe("content");
    expect(await page.locator("#status").textContent()).toBe("Live");
    await tabTo("emergency-shadow");
    await page.keyboard.press("Enter");
    expect(await page.getByRole("dialog").getAttribute("aria-labelledby")).toBe("dialog-title");
    // Left by Escape, nothing has happened, and the focus is where it was.
    await page.keyboard.press("Escape");
    await expect.poll(focused, patient).toBe("emergency-shadow");
    await page.keyboard.press("Enter");
    await tabTo("field-reason");
    await page.keyboard.press("Enter");
    expect(await page.locator(".problem").last().textContent()).toContain("Reason: at least 3 characters");
    await page.keyboard.type("limits refuse the wrong ones");
    await tabTo("field-author");
    await page.keyboard.type("Ada");
    await page.keyboard.press("Enter");
    expect(await page.locator("dialog .problem").textContent()).toBe("Tick the box if that is meant.");
    expect(await focused()).toBe("field-meant");
    expect(engine.mode).toBe("enforce");
    await page.keyboard.press("Space");
    await picture(page, "dialog");
    await tabTo("Switch to shadow");
    await page.keyboard.press("Enter");
    await page.locator("#mode", { hasText: "shadow" }).waitFor();
    // The page may know before this process, and before it hears what became of its own change.
    await expect.poll(() => engine.mode, patient).toBe("shadow");
    await expect.poll(focused, patient).toBe("emergency-shadow");
    await page.locator("#audit", { hasText: "emergency.shadow" }).waitFor();
    expect(await page.locator("#audit").textContent()).toContain("Ada: limits refuse the wrong ones");
    expect(await page.locator("#notices").textContent()).toContain("Policies refuse nobody until");
    expect((await engine.audit.tail()).at(-1)).toMatchObject({ action: "emergency.shadow", author: "Ada" });
    expect(troubles).toEqual([]);
  });

  it("grants an override from its form, and says what the server refuses", async () => {
    const where = fresh();
    const engine = createPolicyEngine({ redis: { ...where, commandTimeoutMs: 10_000 }, policies: [] });
    onTestFinished(() => engine.close());
    const { address } = await serve(where);
    const { page } = await visit(address);
    await page.getByRole("button", { name: "Grant …" }).click();
    await page.getByLabel("Which one").fill("alice");
    await page.getByLabel("How many times").fill("5000");
    await page.getByLabel("Reason").fill("month-end closing");
    await page.getByLabel("Your name").fill("Ada");
    await page.getByRole("button", { name: "Grant it" }).click();
    await page.locator("dialog .problem", { hasText: "multiply must be" }).waitFor();
    await page.getByLabel("How many times").fill("5");
    await page.getByRole("button", { name: "Grant it" }).click();
    await page.locator("#overrides", { hasText: "5 times the limits" }).waitFor();
    expect(await engine.overrides.list()).toMatchObject([{ subject: { user: "alice" }, multiply: 5, author: "Ada" }]);
    // A key is not shown while it is typed.
    await page.getByRole("button", { name: "Grant …" }).click();
    await page.getByLabel("For", { exact: true }).selectOption("apiKey");
    expect(await page.getByLabel("Which one").getAttribute("type")).toBe("password");
    await page.keyboard.press("Escape");
    await page.getByRole("button", { name: "Revoke the override of user alice" }).click();
    await page.getByLabel("Reason").fill("it is over");
    await page.getByRole("button", { name: "Revoke it" }).click();
    await expect.poll(() => engine.overrides.list(), patient).toEqual([]);
  });

  it("says that the connection is lost, comes back by itself, and asks for the token when its session is over", async () => {
    const where = fresh();
    const env = { SLUICE_DASHBOARD_TOKEN: chosen };
    const first = await serve(where, ["--read-only"], env);
    const { page } = await visit(first.address);
    expect(first.started.out()).not.toContain(chosen);
    await page.getByLabel("Token").fill(`${chosen}!`);
    await page.keyboard.press("Enter");
    await page.locator("#sign-in-problem", { hasText: "that token is not the one" }).waitFor();
    await page.getByLabel("Token").fill(chosen);
    await page.keyboard.press("Enter");
    await page.locator("#status", { hasText: "Live" }).waitFor();
    expect(await page.locator("#read-only").isVisible()).toBe(true);
    expect(await page.locator("#emergency-shadow").isVisible()).toBe(false);
    expect(await page.locator("#buckets-empty").textContent()).toContain("No bucket is in use");
    await picture(page, "empty");
    // Its session is of the tab: it is there after a reload.
    await page.reload();
    await page.locator("#status", { hasText: "Live" }).waitFor();
    // The network goes and comes back.
    await browser.context.setOffline(true);
    first.started.child.kill("SIGINT");
    await first.started.ended;
    await page.locator("#banner", { hasText: "Connection lost" }).waitFor();
    expect(await page.locator("#status").textContent()).toBe("Reconnecting");
    await browser.context.setOffline(false);
    await serve(where, ["--port", new URL(first.address).port], env);
    await page.locator("#sign-in-problem", { hasText: "The session is over" }).waitFor({ timeout: 15_000 });
    // An address with a token may be typed into the same tab.
    await page.goto(`${first.address}#token=${chosen}`);
    await page.locator("#status", { hasText: "Live" }).waitFor();
    expect(page.url()).not.toContain(chosen);
  });

  it("says that the store is away, keeps its figures, and says when it is back; and has the colours that are asked for", async () => {
    const own = await startRedisServer();
    onTestFinished(() => own.stop());
    const where = { url: own.url, prefix: "away" };
    await busyFleet(where);
    const { address } = await serve(where, ["--timeout", "2000"]);
    const { page } = await visit(address);
    await page.locator("#buckets tr", { hasText: "users.list" }).waitFor();
    own.pause();
    await page.locator("#status", { hasText: "Store away" }).waitFor();
    expect(await page.locator("#banner").textContent()).toMatch(/^Store away: Redis at redis:\S+ has not answered for/);
    expect(await page.locator("#buckets tr", { hasText: "users.list" }).count()).toBe(1);
    await picture(page, "away");
    own.resume();
    await page.locator("#status", { hasText: "Live" }).waitFor();
    await page.locator("#notices", { hasText: "Redis answers again" }).waitFor();

    const ground = (): Promise<string> => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
    const grounds: string[] = [];
    for (let press = 0; press < 3; press += 1) {
      await page.getByRole("button", { name: /^Colours/ }).click();
      grounds.push(await ground());
    }
    expect(new Set(grounds).size).toBe(2);
    await page.getByLabel("Filter buckets by name").fill("users");
    await expect.poll(() => page.locator("#buckets tr").count(), patient).toBe(1);
    await page.getByLabel("Filter buckets by name").fill("nothing of that name");
    await page.locator("#buckets-empty", { hasText: "Empty the filter to see all" }).waitFor();
  });
});
